using Sgl.Engine.Requests;

namespace Sgl.Gateway.Flags;

/// <summary>
/// Reads a command line as SGLang's own parser does: unique prefixes of flags, "--flag value" and "--flag=value".
/// </summary>
internal static class FlagParser
{
    private const string Help = "--help";

    /// <returns>The options; null when --help was asked for.</returns>
    /// <exception cref="UserErrorException">An unknown or ambiguous flag, a bad or missing value.</exception>
    public static GatewayOptions? Parse(IReadOnlyList<string> args)
    {
        GatewayOptions options = new();
        options = options with { Engine = options.Engine with { RandomSeed = (ulong)Random.Shared.Next(1 << 30) } };
        for (int i = 0; i < args.Count; i++)
        {
            string[] parts = args[i].Split('=', 2);
            if (args[i] == "-h" || Named(parts[0]) == Help)
                return null;
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
                throw new UserErrorException(
                    $"'{args[i]}': expected a flag, such as --model-path PATH; --help lists them.");

            Flag flag = Find(parts[0]);
            string? value = parts.Length == 2 ? parts[1] : null;
            if (flag.IsSwitch && value is not null)
                throw new UserErrorException($"{flag.Name} '{value}': this flag takes no value.");
            if (!flag.IsSwitch && value is null && (i + 1 == args.Count || IsFlag(value = args[++i])))
                throw new UserErrorException($"{flag.Name}: its value is missing; expected {flag.Name} {flag.Value}.");
            options = flag.Apply(options, value ?? "");
        }

        return options;
    }

    private static bool IsFlag(string text) => text.StartsWith("--", StringComparison.Ordinal);

    /// <summary>A flag as people type it: underscores are dashes.</summary>
    private static string Named(string text) => text.Replace('_', '-');

    private static Flag Find(string text)
    {
        string name = Named(text);
        Flag? exact = FlagTable.All.FirstOrDefault(flag => flag.Name == name || flag.Alias == name);
        if (exact is not null)
            return exact;

        Flag[] candidates = [.. FlagTable.All.Where(
            flag => name.Length > 2 && flag.Name.StartsWith(name, StringComparison.Ordinal))];
        return candidates.Length switch
        {
            1 => candidates[0],
            0 => throw new UserErrorException(
                $"{text}: unknown flag; did you mean {Nearest(name)}? --help lists them all."),
            _ => throw new UserErrorException(
                $"{text}: ambiguous flag; it could be {string.Join(", ", candidates.Select(flag => flag.Name))}."),
        };
    }

    private static string Nearest(string name) => FlagTable.All.MinBy(flag => Distance(flag.Name, name))!.Name;

    /// <summary>How many letters must be added, dropped or changed to turn one name into the other.</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(
                    Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }

        return row[b.Length];
    }
}
