using Sgl.Engine.Text.Tokenizing.Patterns;

namespace Sgl.Engine.Sampling.Grammar;

/// <summary>An immutable set of Unicode scalar values, as sorted ranges that do not touch.</summary>
internal sealed class CodePointRanges
{
    private const int Last = 0x10FFFF;
    private const int FirstSurrogate = 0xD800;
    private const int LastSurrogate = 0xDFFF;

    private CodePointRanges(IReadOnlyList<(int First, int Last)> ranges) => Ranges = ranges;

    public static CodePointRanges All { get; } = Of((0, Last));

    /// <summary>First and last of each range, inclusive; no range holds a surrogate.</summary>
    public IReadOnlyList<(int First, int Last)> Ranges { get; }

    public bool IsEmpty => Ranges.Count == 0;

    public static CodePointRanges Of(params (int First, int Last)[] ranges)
    {
        List<(int First, int Last)> merged = [];
        foreach ((int first, int last) in WithoutSurrogates(ranges).Order())
        {
            if (merged.Count > 0 && first <= merged[^1].Last + 1)
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, last));
            else
                merged.Add((first, last));
        }
        return new CodePointRanges(merged);
    }

    public static CodePointRanges Of(int codePoint) => Of((codePoint, codePoint));

    /// <summary>Those of a property such as L or Han; null when the name is not known.</summary>
    public static CodePointRanges? OfProperty(string name)
    {
        if (UnicodeProperties.Find(name) is not CodePointSet set)
            return null;
        List<(int, int)> ranges = [];
        int first = -1;
        for (int codePoint = 0; codePoint <= CodePointSet.CodePoints; codePoint++)
        {
            bool holds = codePoint < CodePointSet.CodePoints && set.Contains(codePoint);
            if (holds && first < 0)
                first = codePoint;
            if (holds || first < 0)
                continue;
            ranges.Add((first, codePoint - 1));
            first = -1;
        }
        return Of([.. ranges]);
    }

    public CodePointRanges Union(CodePointRanges other) => Of([.. Ranges, .. other.Ranges]);

    public CodePointRanges Complement()
    {
        List<(int, int)> gaps = [];
        int next = 0;
        foreach ((int first, int last) in Ranges)
        {
            if (first > next)
                gaps.Add((next, first - 1));
            next = last + 1;
        }
        if (next <= Last)
            gaps.Add((next, Last));
        return Of([.. gaps]);
    }

    public CodePointRanges Except(CodePointRanges other) => Complement().Union(other).Complement();

    public bool Contains(int codePoint) => Ranges.Any(range => range.First <= codePoint && codePoint <= range.Last);

    private static IEnumerable<(int First, int Last)> WithoutSurrogates((int First, int Last)[] ranges)
    {
        foreach ((int first, int last) in ranges)
        {
            if (first < FirstSurrogate)
                yield return (first, Math.Min(last, FirstSurrogate - 1));
            if (last > LastSurrogate)
                yield return (Math.Max(first, LastSurrogate + 1), last);
        }
    }
}
