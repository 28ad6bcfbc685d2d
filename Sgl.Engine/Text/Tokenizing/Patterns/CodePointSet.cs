using System.Text;

namespace Sgl.Engine.Text.Tokenizing.Patterns;

/// <summary>An immutable set of Unicode code points, one bit each, so that a test costs one load.</summary>
internal sealed class CodePointSet
{
    public const int CodePoints = 0x110000;

    // All cased letters lie in the first two planes.
    private static readonly int[][] CaseVariants = [.. Enumerable.Range(0, 0x20000).Where(Rune.IsValid)
        .GroupBy(Fold).Where(variants => variants.Skip(1).Any()).Select(variants => variants.ToArray())];

    private readonly uint[] _bits;

    private CodePointSet(uint[] bits) => _bits = bits;

    public bool Contains(int codePoint) => (_bits[codePoint >> 5] >> (codePoint & 31) & 1) != 0;

    /// <summary>Bit c is set when the set holds the ASCII character c.</summary>
    public UInt128 Ascii => new((ulong)_bits[3] << 32 | _bits[2], (ulong)_bits[1] << 32 | _bits[0]);

    public bool HasBeyondAscii => _bits.AsSpan(4).ContainsAnyExcept(0u);

    public static CodePointSet Of(params ReadOnlySpan<int> codePoints)
    {
        var bits = new uint[CodePoints / 32];
        foreach (var codePoint in codePoints) bits[codePoint >> 5] |= 1u << (codePoint & 31);
        return new CodePointSet(bits);
    }

    /// <param name="first">The range's first code point.</param>
    /// <param name="last">The range's last code point, inclusive.</param>
    public static CodePointSet Range(int first, int last) => Where(c => c >= first && c <= last, first, last);

    public static CodePointSet Where(Func<int, bool> holds, int first = 0, int last = CodePoints - 1)
    {
        var bits = new uint[CodePoints / 32];
        for (var codePoint = first; codePoint <= last; codePoint++)
        {
            if (holds(codePoint)) bits[codePoint >> 5] |= 1u << (codePoint & 31);
        }

        return new CodePointSet(bits);
    }

    public CodePointSet Union(CodePointSet other) => Combine(other, (a, b) => a | b);

    public CodePointSet Intersect(CodePointSet other) => Combine(other, (a, b) => a & b);

    public CodePointSet Complement() => Combine(this, (a, _) => ~a);

    /// <summary>The set with every code point that differs from a member by case alone.</summary>
    public CodePointSet IgnoringCase()
    {
        var bits = (uint[])_bits.Clone();
        foreach (var variants in CaseVariants)
        {
            if (!Array.Exists(variants, Contains)) continue;
            foreach (var codePoint in variants) bits[codePoint >> 5] |= 1u << (codePoint & 31);
        }

        return new CodePointSet(bits);
    }

    private static int Fold(int codePoint) => codePoint switch
    {
        // Letters whose other case lies in ASCII, which the framework's invariant mapping leaves alone.
        0x17F => 's',
        0x212A => 'k',
        _ => Rune.ToLowerInvariant(Rune.ToUpperInvariant(new Rune(codePoint))).Value,
    };

    private CodePointSet Combine(CodePointSet other, Func<uint, uint, uint> operation)
    {
        var bits = new uint[_bits.Length];
        for (var i = 0; i < bits.Length; i++) bits[i] = operation(_bits[i], other._bits[i]);
        return new CodePointSet(bits);
    }
}
