using System.Globalization;
using System.Text;

namespace Sgl.Engine.Text.Jinja;

/// <summary>String literals: Python's escapes.</summary>
internal static class Unescaper
{
    /// <summary>
    /// Where the literal that begins at <paramref name="start"/> has its closing quote; -1 without one.
    /// </summary>
    public static int FindQuote(string source, int start)
    {
        for (var at = start + 1; at < source.Length; at++)
        {
            if (source[at] == '\\')
                at++;
            else if (source[at] == source[start])
                return at;
        }

        return -1;
    }

    /// <exception cref="JinjaSyntaxException">A \x, \u or \U without its digits.</exception>
    public static string Unescape(ReadOnlySpan<char> body, int line)
    {
        if (!body.Contains('\\'))
            return body.ToString();
        var text = new StringBuilder(body.Length);
        for (var at = 0; at < body.Length;)
        {
            if (body[at] != '\\')
            {
                text.Append(body[at++]);
                continue;
            }

            at += AppendEscape(text, body[(at + 1)..], line) + 1;
        }

        return text.ToString();
    }

    /// <summary>Appends what stands behind a backslash; returns how many characters that were.</summary>
    private static int AppendEscape(StringBuilder text, ReadOnlySpan<char> rest, int line)
    {
        switch (rest[0])
        {
            case '\n': return 1;
            case 'n': text.Append('\n'); return 1;
            case 't': text.Append('\t'); return 1;
            case 'r': text.Append('\r'); return 1;
            case 'a': text.Append('\a'); return 1;
            case 'b': text.Append('\b'); return 1;
            case 'f': text.Append('\f'); return 1;
            case 'v': text.Append('\v'); return 1;
            case '\\' or '\'' or '"': text.Append(rest[0]); return 1;
            case 'x': return AppendHex(text, rest, 2, line);
            case 'u': return AppendHex(text, rest, 4, line);
            case 'U': return AppendHex(text, rest, 8, line);
            case >= '0' and <= '7': return AppendOctal(text, rest);
            default: text.Append('\\').Append(rest[0]); return 1;
        }
    }

    private static int AppendHex(StringBuilder text, ReadOnlySpan<char> rest, int digits, int line)
    {
        var hex = rest[1..Math.Min(rest.Length, digits + 1)];
        if (hex.Length < digits
            || !uint.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || code > 0x10FFFF)
            throw new JinjaSyntaxException($"the escape \\{rest[0]} needs {digits} hexadecimal digits", line);
        if (code <= 0xFFFF)
            text.Append((char)code);
        else
            text.Append(new Rune(code));
        return digits + 1;
    }

    private static int AppendOctal(StringBuilder text, ReadOnlySpan<char> rest)
    {
        var (code, length) = (0, 0);
        while (length < Math.Min(3, rest.Length) && rest[length] is >= '0' and <= '7')
            code = code * 8 + rest[length++] - '0';
        text.Append((char)code);
        return length;
    }
}
