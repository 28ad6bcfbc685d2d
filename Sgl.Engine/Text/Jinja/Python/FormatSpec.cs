using System.Globalization;
using System.Numerics;

namespace Sgl.Engine.Text.Jinja.Python;

/// <summary>One field's layout: [[fill]align][sign][#][0][width][,][.precision][type].</summary>
/// <param name="Align">One of &lt; &gt; ^ =, or 0 for the type's own.</param>
/// <param name="Sign">One of + - space.</param>
/// <param name="Grouping">One of , _ or 0.</param>
/// <param name="Precision">-1 when not given.</param>
/// <param name="Type">One of s d b o x X c e E f F g G n %, or 0 for the value's own.</param>
internal sealed record FormatSpec(
    string Fill, char Align, char Sign, bool Alternate, int Width, char Grouping, int Precision, char Type)
{
    /// <exception cref="ChatTemplateException">Not a format specification.</exception>
    public static FormatSpec Parse(string text)
    {
        var at = 0;
        var (fill, align, sign) = (" ", '\0', '-');
        var fillWidth = text.Length > 0 ? PyText.ToUnits(text, 1) : 0;
        if (text.Length > fillWidth && text[fillWidth] is '<' or '>' or '^' or '=')
            (fill, align, at) = (text[..fillWidth], text[fillWidth], fillWidth + 1);
        else if (text is ['<' or '>' or '^' or '=', ..])
            align = text[at++];
        if (at < text.Length && text[at] is '+' or '-' or ' ')
            sign = text[at++];
        var alternate = Skip(text, ref at, '#');
        if (Skip(text, ref at, '0') && align == 0)
            (fill, align) = ("0", '=');
        var width = Digits(text, ref at) ?? 0;
        var grouping = at < text.Length && text[at] is ',' or '_' ? text[at++] : '\0';
        var precision = Skip(text, ref at, '.')
            ? Digits(text, ref at) ?? throw new ChatTemplateException("Format specifier missing precision")
            : -1;
        var type = at < text.Length ? text[at++] : '\0';
        return at == text.Length
            ? new(fill, align, sign, alternate, width, grouping, precision, type)
            : throw new ChatTemplateException($"Invalid format specifier '{text}'");
    }

    public string Apply(RenderState state, object? value)
    {
        state.Reserve((long)Width + Math.Max(0, Precision));
        return value switch
        {
            string text => FormatText(text),
            double number => FormatFloat(number),
            _ when PyNumber.IsInteger(value) => Type is 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%'
                ? FormatFloat(PyNumber.ToDouble(value))
                : FormatInteger(PyNumber.ToBig(value)),
            Undefined => FormatText(""),
            _ => throw new ChatTemplateException(
                $"unsupported format string passed to {PyType.Name(value)}.__format__"),
        };
    }

    private string FormatText(string text)
    {
        if (Type is not ('\0' or 's'))
            throw Unknown("str");
        if (Grouping != 0)
            throw new ChatTemplateException($"Cannot specify '{Grouping}' with 's'.");
        if (Align == '=')
            throw new ChatTemplateException("'=' alignment not allowed in string format specifier");
        if (Precision >= 0 && Precision < PyText.Length(text))
            text = text[..PyText.ToUnits(text, Precision)];
        return Pad("", text, '<');
    }

    private string FormatInteger(BigInteger value)
    {
        if (Precision >= 0 && Type != 's')
            throw new ChatTemplateException("Precision not allowed in integer format specifier");
        var digits = BigInteger.Abs(value);
        var (text, prefix) = Type switch
        {
            '\0' or 'd' or 'n' => (digits.ToString(CultureInfo.InvariantCulture), ""),
            'x' => (Hex(digits, "x"), "0x"),
            'X' => (Hex(digits, "X"), "0X"),
            'b' => (digits.IsZero ? "0" : digits.ToString("b", CultureInfo.InvariantCulture).TrimStart('0'), "0b"),
            'o' => (Octal(digits), "0o"),
            'c' => (PyText.Character(value), ""),
            _ => throw Unknown("int"),
        };
        var grouped = Group(text, Type is 'x' or 'X' or 'b' or 'o' ? 4 : 3);
        return Pad(SignOf(value.Sign < 0) + (Alternate ? prefix : ""), grouped, '>');
    }

    private string FormatFloat(double value)
    {
        var text = FloatText.Format(Math.Abs(value), Type, Precision, Alternate) ?? throw Unknown("float");
        return Pad(SignOf(double.IsNegative(value) && !double.IsNaN(value)), Group(text, 3), '>');
    }

    private static string Hex(BigInteger value, string format)
    {
        var text = value.ToString(format, CultureInfo.InvariantCulture).TrimStart('0');
        return text.Length == 0 ? "0" : text;
    }

    private static string Octal(BigInteger value)
    {
        var text = "";
        for (; !value.IsZero; value >>= 3)
            text = (int)(value & 7) + text;
        return text.Length == 0 ? "0" : text;
    }

    private string SignOf(bool negative) => negative ? "-" : Sign == '-' ? "" : Sign.ToString();

    private string Group(string text, int size)
    {
        if (Grouping == 0)
            return text;
        var end = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        end = end < 0 || size == 4 ? text.Length : end;
        for (var at = end - size; at > 0; at -= size)
            text = text.Insert(at, Grouping.ToString());
        return text;
    }

    private string Pad(string sign, string text, char align)
    {
        var missing = Width - PyText.Length(text) - sign.Length;
        if (missing <= 0)
            return sign + text;
        string Filled(int count) => string.Concat(Enumerable.Repeat(Fill, count));
        return (Align == 0 ? align : Align) switch
        {
            '<' => sign + text + Filled(missing),
            '>' => Filled(missing) + sign + text,
            '^' => Filled(missing / 2) + sign + text + Filled(missing - missing / 2),
            _ => sign + Filled(missing) + text,
        };
    }

    private ChatTemplateException Unknown(string type) =>
        new($"Unknown format code '{Type}' for object of type '{type}'");

    private static bool Skip(string text, ref int at, char c)
    {
        if (at >= text.Length || text[at] != c)
            return false;
        at++;
        return true;
    }

    private static int? Digits(string text, ref int at)
    {
        var from = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        if (at == from)
            return null;
        return int.TryParse(text.AsSpan(from, at - from), CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ChatTemplateException("Too many decimal digits in format string");
    }
}
