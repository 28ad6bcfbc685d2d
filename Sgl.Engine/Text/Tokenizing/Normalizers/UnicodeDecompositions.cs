using System.Globalization;

namespace Sgl.Engine.Text.Tokenizing.Normalizers;

/// <summary>
/// Unicode's decompositions, read from the table beside this file. The framework's string.Normalize does nothing where
/// globalization is invariant, and elsewhere depends on the machine's ICU.
/// </summary>
internal static class UnicodeDecompositions
{
    private static readonly Dictionary<int, byte> _classes = [];
    private static readonly Dictionary<int, int[]> _canonical = [];
    private static readonly Dictionary<int, int[]> _compatible = [];
    private static readonly Dictionary<(int First, int Second), int> _pairs = [];

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
    public static byte CombiningClass(int codePoint) => _classes.GetValueOrDefault(codePoint);

    /// <summary>A character's decomposition by one step, or null.</summary>
    public static int[]? Decomposition(int codePoint, bool compatible) =>
        _canonical.TryGetValue(codePoint, out var parts) || compatible && _compatible.TryGetValue(codePoint, out parts)
            ? parts
            : null;

    /// <summary>What two characters compose to, or -1.</summary>
    public static int Compose(int first, int second) => _pairs.GetValueOrDefault((first, second), -1);

    /// <summary>Every code point that a form may change, or that may combine with what stands before it.</summary>
    public static IEnumerable<int> Unstable(bool compatible, bool composes)
    {
        foreach (var (codePoint, combiningClass) in _classes)
        {
            if (combiningClass != 0) yield return codePoint;
        }

        foreach (var (_, second) in _pairs.Keys) yield return second;
        var composed = composes ? _pairs.Values.ToHashSet() : [];
        foreach (var (codePoint, parts) in _canonical)
        {
            if (!composed.Contains(codePoint) || compatible && Array.Exists(parts, _compatible.ContainsKey))
                yield return codePoint;
        }

        if (!compatible) yield break;
        foreach (var codePoint in _compatible.Keys) yield return codePoint;
    }

    private static void Add(string[] fields)
    {
        var codePoint = Hexadecimal(fields[0]);
        if (fields[1] != "0") _classes[codePoint] = byte.Parse(fields[1], CultureInfo.InvariantCulture);
        if (fields[2].Length == 0) return;
        var compatible = fields[2].StartsWith("<>");
        int[] parts = [.. fields[2].TrimStart('<', '>').Split(' ').Select(Hexadecimal)];
        (compatible ? _compatible : _canonical)[codePoint] = parts;
        if (fields[3] == "C") _pairs[(parts[0], parts[1])] = codePoint;
    }

    private static int Hexadecimal(string digits) =>
        int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
