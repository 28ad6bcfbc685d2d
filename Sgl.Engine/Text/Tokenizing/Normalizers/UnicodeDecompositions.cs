using System.Globalization;

namespace Sgl.Engine.Text.Tokenizing.Normalizers;

/// <summary>
/// Unicode's decompositions, read from the table beside this file. The framework's string.Normalize does nothing where
/// globalization is invariant, and elsewhere depends on the machine's ICU.
/// </summary>
internal static class UnicodeDecompositions
{
    private static readonly Dictionary<int, byte> Classes = [];
    private static readonly Dictionary<int, int[]> Canonical = [];
    private static readonly Dictionary<int, int[]> Compatible = [];
    private static readonly Dictionary<(int First, int Second), int> Pairs = [];

    static UnicodeDecompositions()
    {
        var resource = typeof(UnicodeDecompositions).Assembly.GetManifestResourceStream("decompositions.txt")!;
        using var reader = new StreamReader(resource);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#')) Add(line.Split(';'));
        }
    }

    /// <summary>0 for a character that starts a sequence; the others are ordered by it.</summary>
    public static byte CombiningClass(int codePoint) => Classes.GetValueOrDefault(codePoint);

    /// <summary>A character's decomposition by one step, or null.</summary>
    public static int[]? Decomposition(int codePoint, bool compatible) =>
        Canonical.TryGetValue(codePoint, out var parts) || compatible && Compatible.TryGetValue(codePoint, out parts)
            ? parts
            : null;

    /// <summary>What two characters compose to, or -1.</summary>
    public static int Compose(int first, int second) => Pairs.GetValueOrDefault((first, second), -1);

    /// <summary>Every code point that a form may change, or that may combine with what stands before it.</summary>
    public static IEnumerable<int> Unstable(bool compatible, bool composes)
    {
        foreach (var (codePoint, combiningClass) in Classes)
        {
            if (combiningClass != 0) yield return codePoint;
        }

        foreach (var (_, second) in Pairs.Keys) yield return second;
        var composed = composes ? Pairs.Values.ToHashSet() : [];
        foreach (var (codePoint, parts) in Canonical)
        {
            if (!composed.Contains(codePoint) || compatible && Array.Exists(parts, Compatible.ContainsKey))
                yield return codePoint;
        }

        if (!compatible) yield break;
        foreach (var codePoint in Compatible.Keys) yield return codePoint;
    }

    private static void Add(string[] fields)
    {
        var codePoint = Hexadecimal(fields[0]);
        if (fields[1] != "0") Classes[codePoint] = byte.Parse(fields[1], CultureInfo.InvariantCulture);
        if (fields[2].Length == 0) return;
        var compatible = fields[2].StartsWith("<>");
        int[] parts = [.. fields[2].TrimStart('<', '>').Split(' ').Select(Hexadecimal)];
        (compatible ? Compatible : Canonical)[codePoint] = parts;
        if (fields[3] == "C") Pairs[(parts[0], parts[1])] = codePoint;
    }

    private static int Hexadecimal(string digits) =>
        int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
