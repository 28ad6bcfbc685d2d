namespace Sgl.Bench.CommandLine;

/// <summary>One subcommand of the program; Run gives the exit code.</summary>
internal sealed record Command(
    string Name, string Summary, IReadOnlyList<Flag> Flags, Func<FlagValues, CancellationToken, Task<int>> Run)
{
    public string Help()
    {
        IEnumerable<string> lines = Flags.Select(flag =>
        {
            string left = $"  {flag.Name}{(flag.IsSwitch ? "" : " " + flag.Value)}";
            string right = flag.Default is null ? flag.Help : $"{flag.Help} [{flag.Default}]";
            return left.Length < 30 ? $"{left,-30}{right}" : $"{left}\n{"",-30}{right}";
        });
        return $"Sgl.Bench {Name}: {Summary}\n{string.Join('\n', lines)}\n";
    }
}
