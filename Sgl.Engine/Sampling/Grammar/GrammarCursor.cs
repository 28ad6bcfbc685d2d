using System.Globalization;
using System.Text;

namespace Sgl.Engine.Sampling.Grammar;

/// <summary>Reads a grammar's text from left to right, code point by code point, and says where it is wrong.</summary>
internal sealed class GrammarCursor(string text)
{
    public const int End = -1;

    /// <summary>In UTF-16 units.</summary>
    public int Position { get; set; }

    public bool AtEnd => Position >= text.Length;

    /// <summary>The code point that is next, or <see cref="End"/>.</summary>
    public int Peek => AtEnd ? End : CodePoint(Position);

    public bool Is(string expected) => text.AsSpan(Position).StartsWith(expected, StringComparison.Ordinal);

    public int Take()
    {
        int codePoint = Peek;
        Position += codePoint > char.MaxValue ? 2 : 1;
        return codePoint;
    }

    public bool TryTake(string expected)
    {
        if (!Is(expected))
            return false;
        Position += expected.Length;
        return true;
    }

    public string TakeWhile(Func<char, bool> wanted)
    {
        int start = Position;
        while (!AtEnd && wanted(text[Position]))
            Position++;
        return text[start..Position];
    }

    /// <summary>A number in decimal, or null when there is none.</summary>
    public int? TakeNumber()
    {
        int start = Position;
        string digits = TakeWhile(char.IsAsciiDigit);
        if (digits.Length == 0)
            return null;
        return int.TryParse(digits, CultureInfo.InvariantCulture, out int number) && number <= GrammarLimits.Repetition
            ? number
            : throw Fault($"{digits} is too many times; at most {GrammarLimits.Repetition}", start);
    }

    public int TakeHex(int digits)
    {
        int start = Position;
        if (Position + digits <= text.Length
            && int.TryParse(
                text.AsSpan(Position, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                out int value)
            && value <= 0x10FFFF)
        {
            Position += digits;
            return value;
        }
        throw Fault($"expected a code point of {digits} hexadecimal digits", start);
    }

    /// <summary>What comes behind the backslash that names one character in every dialect; null for others.</summary>
    public int? TakeCharacterEscape()
    {
        int? codePoint = Peek switch
        {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'f' => '\f',
            'v' => '\v',
            'a' => '\a',
            '0' => '\0',
            'x' or 'u' or 'U' => End,
            >= 0 and < 128 and int other when !char.IsAsciiLetterOrDigit((char)other) => other,
            _ => null,
        };
        if (codePoint is null)
            return null;
        int letter = Take();
        return codePoint != End ? codePoint
            : TryTake("{") ? TakeBraced() : TakeHex(letter == 'x' ? 2 : letter == 'u' ? 4 : 8);
    }

    public GrammarException Fault(string fault) => Fault(fault, Position);

    public GrammarException Fault(string fault, int position)
    {
        int lineStart = position == 0 ? 0 : text.LastIndexOf('\n', Math.Min(position, text.Length) - 1) + 1;
        int line = text.AsSpan(0, lineStart).Count('\n') + 1;
        string place = text.Contains('\n')
            ? $"line {line}, column {position - lineStart + 1}" : $"position {position}";
        string shown = position >= text.Length ? "its end" : $"'{Shown(position)}'";
        return new GrammarException($"At {place}, {shown}: {fault}.");
    }

    private int TakeBraced()
    {
        int start = Position;
        string digits = TakeWhile(char.IsAsciiHexDigit);
        if (digits.Length is > 0 and <= 6 && TryTake("}")
            && Convert.ToInt32(digits, 16) is var value and <= 0x10FFFF)
            return value;
        throw Fault("expected a code point in hexadecimal digits and '}'", start);
    }

    private string Shown(int position)
    {
        string rest = text[position..Math.Min(text.Length, position + 12)];
        int line = rest.IndexOfAny(['\n', '\r']);
        return line > 0 ? rest[..line] : rest;
    }

    private int CodePoint(int position) =>
        Rune.TryGetRuneAt(text, position, out Rune rune) ? rune.Value
        : throw Fault("half a surrogate pair is no character", position);
}
