namespace Sgl.Bench.CommandLine;

/// <summary>One flag of a command.</summary>
/// <param name="Name">With its dashes, for example --num-prompts.</param>
/// <param name="Value">What --help calls the value, for example N; null for a switch; "N ..." takes several.</param>
/// <param name="Default">As it would be typed; null when leaving it out means something of its own.</param>
internal sealed record Flag(string Name, string? Value, string? Default, string Help)
{
    public bool IsSwitch => Value is null;

    public bool TakesSeveral => Value?.EndsWith("...", StringComparison.Ordinal) == true;
}
