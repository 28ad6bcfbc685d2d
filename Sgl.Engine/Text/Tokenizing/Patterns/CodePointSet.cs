using System.Globalization;
using System.Runtime.CompilerServices;

namespace Sgl.Engine.Text.Tokenizing.Patterns;

/// <summary>An immutable set of Unicode code points, one bit each, so that a test costs one load.</summary>
internal sealed class CodePointSet
{
    public const int CodePoints = 0x110000;

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
    public static CodePointSet Range(int first, int last)
    {
        var bits = new uint[CodePoints / 32];
        for (var codePoint = first; codePoint <= last; codePoint++) bits[codePoint >> 5] |= 1u << (codePoint & 31);
        return new CodePointSet(bits);
    }

    /// <summary>The code points of some general categories.</summary>
    /// <param name="categories">Bit i stands for the UnicodeCategory of value i.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static CodePointSet OfCategories(uint categories)
    {
        var bits = new uint[CodePoints / 32];
        for (var codePoint = 0; codePoint < CodePoints; codePoint++)
        {
            var category = (int)CharUnicodeInfo.GetUnicodeCategory(codePoint);
            bits[codePoint >> 5] |= (categories >> category & 1) << (codePoint & 31);
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
        foreach (var variants in CaseFolding.Variants)
        {
            if (!Array.Exists(variants, Contains)) continue;
            foreach (var codePoint in variants) bits[codePoint >> 5] |= 1u << (codePoint & 31);
        }

        return new CodePointSet(bits);
    }

    private CodePointSet Combine(CodePointSet other, Func<uint, uint, uint> operation)
    {
        var bits = new uint[_bits.Length];
        for (var i = 0; i < bits.Length; i++) bits[i] = operation(_bits[i], other._bits[i]);
        return new CodePointSet(bits);
    }
}
