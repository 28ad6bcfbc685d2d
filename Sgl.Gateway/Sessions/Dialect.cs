namespace Sgl.Gateway.Sessions;

/// <summary>What one API calls the things that a server fills in.</summary>
/// <param name="IdPrefix">What its request ids begin with.</param>
/// <param name="SeedFields">Where the seed stands, from the body down.</param>
internal sealed record Dialect(string IdPrefix, IReadOnlyList<string> SeedFields)
{
    public static readonly Dialect Native = new("", ["sampling_params", "sampling_seed"]);

    public static readonly Dialect Completions = new("cmpl-", ["seed"]);

    public static readonly Dialect Chat = new("chatcmpl-", ["seed"]);
}
