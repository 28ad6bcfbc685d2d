using System.Globalization;
using System.Numerics;

namespace Sgl.Engine.Text.Jinja.Python;

/// <summary>
/// Python's numbers: int is long where it fits and BigInteger where not, float is double, bool is an int too.
/// </summary>
internal static class PyNumber
{
    public static object Normalize(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;

    public static bool IsInteger(object? value) => value is long or bool or BigInteger;

    public static bool IsNumber(object? value) => value is long or double or bool or BigInteger;

    /// <summary>The value of an int or bool.</summary>
    public static BigInteger ToBig(object? value) => value switch
    {
        long l => l,
        bool b => b ? 1 : 0,
        BigInteger big => big,
        _ => throw new ArgumentException("not an integer", nameof(value)),
    };

    /// <exception cref="ChatTemplateException">An integer beyond double's range.</exception>
    public static double ToDouble(object? value)
    {
        if (value is double d)
            return d;
        var result = value is long l ? l : (double)ToBig(value);
        return double.IsFinite(result) ? result : throw new ChatTemplateException("int too large to convert to float");
    }

    /// <summary>An int or bool as an index or count, clamped to what int holds.</summary>
    /// <exception cref="ChatTemplateException">Not an integer.</exception>
    public static int ToIndex(object? value) => value switch
    {
        long l => (int)Math.Clamp(l, int.MinValue, int.MaxValue),
        bool b => b ? 1 : 0,
        BigInteger big => big.Sign < 0 ? int.MinValue : int.MaxValue,
        Undefined undefined => throw undefined.Error(),
        _ => throw new ChatTemplateException(
            $"'{PyType.Name(value)}' object cannot be interpreted as an integer"),
    };

    /// <summary>int() of a float.</summary>
    /// <exception cref="ChatTemplateException">NaN or an infinity.</exception>
    public static object Truncate(double value) => double.IsFinite(value)
        ? Normalize(new BigInteger(value))
        : throw new ChatTemplateException(
            $"cannot convert float {(double.IsNaN(value) ? "NaN to integer" : "infinity to integer")}");

    /// <summary>int(text, radix): null when the text is no such number.</summary>
    public static object? ParseInteger(string text, int radix)
    {
        var digits = text.Trim().Replace("_", "");
        var negative = digits.StartsWith('-');
        if (negative || digits.StartsWith('+'))
            digits = digits[1..];
        var prefix = digits.Length > 2 && digits[0] == '0'
            ? char.ToLowerInvariant(digits[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 }
            : 0;
        if (prefix != 0 && (radix == prefix || radix == 0))
            (digits, radix) = (digits[2..], prefix);
        else if (radix == 0)
            radix = 10;
        if (digits.Length is 0 or > JinjaLimits.Digits)
            return null;
        var value = BigInteger.Zero;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiLetter(c) ? (c | 0x20) - 'a' + 10 : int.MaxValue;
            if (digit >= radix)
                return null;
            value = value * radix + digit;
        }

        return Normalize(negative ? -value : value);
    }

    /// <summary>float(text): null when the text is no number.</summary>
    public static double? ParseFloat(string text)
    {
        text = text.Trim();
        var sign = text.StartsWith('-') ? -1 : 1;
        switch (text.TrimStart('+', '-').ToLowerInvariant())
        {
            case "inf" or "infinity": return sign * double.PositiveInfinity;
            case "nan": return double.NaN;
        }

        const NumberStyles style =
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        text = text.Replace("_", "");
        return double.TryParse(text, style, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>
    /// repr() of a float: the shortest digits that read back, an exponent below 1e-4 and from 1e16 on.
    /// </summary>
    public static string Repr(double value)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        var sign = double.IsNegative(value) ? "-" : "";
        if (value == 0)
            return sign + "0.0";

        // .NET finds the same digits, but changes to an exponent elsewhere.
        var parts = value.ToString("R", CultureInfo.InvariantCulture).TrimStart('-').Split('E');
        var point = parts[0].IndexOf('.') is var at and >= 0 ? at : parts[0].Length;
        var all = parts[0].Replace(".", "");
        var digits = all.TrimStart('0');
        var exponent = point - 1 - (all.Length - digits.Length)
            + (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
        digits = digits.TrimEnd('0');
        return sign + exponent switch
        {
            < -4 or >= 16 => $"{digits[0]}{(digits.Length > 1 ? "." : "")}{digits[1..]}e{exponent:+00;-00}",
            < 0 => $"0.{new string('0', -exponent - 1)}{digits}",
            _ when digits.Length > exponent + 1 => $"{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}",
            _ => digits.PadRight(exponent + 1, '0') + ".0",
        };
    }
}
