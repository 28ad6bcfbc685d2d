namespace Sgl.Gateway.Requests;

/// <summary>
/// Seeds for requests that bring none: a server started with the same --random-seed gives the same ones in turn.
/// </summary>
internal sealed class SeedSource(ulong randomSeed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _given;

    public ulong Next() => Mix(randomSeed + Interlocked.Increment(ref _given) * Golden);

    /// <summary>
    /// The seed of choice i of n: the request's own for the first, so that n = 1 and n = 2 begin with the same text.
    /// </summary>
    public static ulong OfChoice(ulong seed, int choice) => choice == 0 ? seed : Mix(seed + (ulong)choice * Golden);

    /// <summary>The finalizer of splitmix64.</summary>
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
