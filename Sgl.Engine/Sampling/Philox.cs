namespace Sgl.Engine.Sampling;

/// <summary>
/// Philox4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC
/// 2011): a pure function from (key, counter) to random bits, so a draw needs no state and can be repeated anywhere.
/// </summary>
public static class Philox
{
    private const uint MultiplierA = 0xD2511F53;
    private const uint MultiplierB = 0xCD9E8D57;
    private const uint KeyStepA = 0x9E3779B9;
    private const uint KeyStepB = 0xBB67AE85;
    private const int Rounds = 10;

    /// <summary>A uniform number in [0, 1), a multiple of 2^-53.</summary>
    /// <param name="seed">The key.</param>
    /// <param name="position">The counter: which output token is drawn.</param>
    public static double Uniform(ulong seed, ulong position)
    {
        UInt128 bits = Block(position, seed);
        return ((ulong)bits >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>128 random bits. In arguments and result, word 0 of the publication is the lowest 32 bits.</summary>
    public static UInt128 Block(UInt128 counter, ulong key)
    {
        uint c0 = (uint)counter, c1 = (uint)(counter >> 32), c2 = (uint)(counter >> 64), c3 = (uint)(counter >> 96);
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            ulong a = (ulong)MultiplierA * c0;
            ulong b = (ulong)MultiplierB * c2;
            (c0, c1, c2, c3) = ((uint)(b >> 32) ^ c1 ^ k0, (uint)b, (uint)(a >> 32) ^ c3 ^ k1, (uint)a);
            k0 += KeyStepA;
            k1 += KeyStepB;
        }
        return new UInt128(((ulong)c3 << 32) | c2, ((ulong)c1 << 32) | c0);
    }
}
