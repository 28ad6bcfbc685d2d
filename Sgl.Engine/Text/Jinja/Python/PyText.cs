using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Sgl.Engine.Text.Jinja.Python;

/// <summary>
/// A str is a sequence of code points and a .NET string one of UTF-16 units: the two only differ where surrogates
/// occur.
/// </summary>
internal static class PyText
{
    private static readonly SearchValues<char> _surrogates =
        SearchValues.Create([.. Enumerable.Range(0xD800, 0x800).Select(c => (char)c)]);

    public static bool HasSurrogates(string text) => text.AsSpan().ContainsAny(_surrogates);

    public static int Length(string text) =>
        HasSurrogates(text) ? text.Length - CountPairs(text) : text.Length;

    /// <summary>The code points, each as a string.</summary>
    public static IEnumerable<string> Characters(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var width = char.IsSurrogatePair(text, at) ? 2 : 1;
            yield return text.Substring(at, width);
            at += width;
        }
    }

    /// <summary>The UTF-16 position of a code point.</summary>
    public static int ToUnits(string text, int codePoints)
    {
        if (!HasSurrogates(text))
            return codePoints;
        var at = 0;
        for (var i = 0; i < codePoints; i++)
            at += char.IsSurrogatePair(text, at) ? 2 : 1;
        return at;
    }

    /// <summary>The code point that begins at a UTF-16 position.</summary>
    public static int ToCodePoints(string text, int units) => Length(text[..units]);

    /// <summary>chr().</summary>
    /// <exception cref="ChatTemplateException">Not a code point.</exception>
    public static string Character(BigInteger codePoint)
    {
        if (codePoint < 0 || codePoint > 0x10FFFF)
            throw new ChatTemplateException("%c arg not in range(0x110000)");
        return codePoint <= 0xFFFF ? ((char)(int)codePoint).ToString() : char.ConvertFromUtf32((int)codePoint);
    }

    /// <summary>str.upper(): .NET's own leaves the one common letter alone whose capital is two letters.</summary>
    public static string ToUpper(string text) => text.ToUpperInvariant().Replace("ß", "SS");

    /// <summary>str.isspace() of one character.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    /// <summary>str.isprintable() of one character: repr() shows the others as escapes.</summary>
    public static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    private static int CountPairs(string text)
    {
        var pairs = 0;
        for (var at = 0; at + 1 < text.Length; at++)
        {
            if (char.IsSurrogatePair(text, at))
            {
                pairs++;
                at++;
            }
        }

        return pairs;
    }
}
