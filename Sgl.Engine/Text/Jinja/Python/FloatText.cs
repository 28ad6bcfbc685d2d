using System.Globalization;
using System.Numerics;

namespace Sgl.Engine.Text.Jinja.Python;

/// <summary>A float in one of printf's forms.</summary>
internal static class FloatText
{
    /// <param name="value">Not negative.</param>
    /// <param name="type">e f g %, their capitals, n, or 0 for repr's own form.</param>
    /// <param name="precision">-1 for the form's own.</param>
    /// <returns>Null for a type that floats do not have.</returns>
    public static string? Format(double value, char type, int precision, bool keepsPoint)
    {
        if (!double.IsFinite(value))
        {
            var name = PyNumber.Repr(value);
            return (char.IsUpper(type) ? name.ToUpperInvariant() : name) + (type == '%' ? "%" : "");
        }

        if (precision > 300)
            throw new ChatTemplateException($"a precision of {precision} is too much for a float");
        var digits = precision < 0 ? 6 : precision;
        return type switch
        {
            '\0' when precision < 0 => PyNumber.Repr(value),
            '\0' => General(value, digits, 'e', keepsPoint, repr: true),
            'f' or 'F' => Fixed(value, digits) + (keepsPoint && digits == 0 ? "." : ""),
            '%' => Fixed(value * 100, digits) + "%",
            'e' or 'E' => Exponential(value, digits, type),
            'g' or 'n' => General(value, digits, 'e', keepsPoint, repr: false),
            'G' => General(value, digits, 'E', keepsPoint, repr: false),
            _ => null,
        };
    }

    /// <summary>
    /// So many digits behind the point, exactly rounded, halves to even; .NET's own "F" rounds halves up.
    /// </summary>
    public static string Fixed(double value, int digits)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)(bits >> 52 & 0x7FF);
        var scaled = (bits & (1L << 52) - 1 | (exponent > 0 ? 1L << 52 : 0)) * BigInteger.Pow(10, digits);
        var shift = Math.Max(exponent, 1) - 1075;
        if (shift < 0)
        {
            var half = BigInteger.One << (-shift - 1);
            var rest = scaled & (half << 1) - 1;
            scaled >>= -shift;
            if (rest > half || (rest == half && !scaled.IsEven))
                scaled++;
        }
        else
        {
            scaled <<= shift;
        }

        var text = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(digits + 1, '0');
        return digits == 0 ? text : $"{text[..^digits]}.{text[^digits..]}";
    }

    private static string Exponential(double value, int digits, char letter)
    {
        var parts = value.ToString("E" + digits, CultureInfo.InvariantCulture).Split('E');
        var exponent = int.Parse(parts[1], CultureInfo.InvariantCulture);
        return $"{parts[0]}{letter}{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    // repr: like %g, but an exponent only from one digit fewer on, and never without a fraction.
    private static string General(double value, int digits, char letter, bool keepsPoint, bool repr)
    {
        digits = Math.Max(1, digits);
        var scientific = Exponential(value, digits - 1, letter);
        var at = scientific.IndexOf(letter);
        var exponent = int.Parse(scientific.AsSpan(at + 1), CultureInfo.InvariantCulture);
        if (exponent < -4 || exponent >= digits - (repr ? 1 : 0))
            return Trim(scientific[..at], keepsPoint, repr: false) + scientific[at..];
        return Trim(Fixed(value, digits - 1 - exponent), keepsPoint, repr);
    }

    private static string Trim(string number, bool keepsPoint, bool repr)
    {
        if (keepsPoint)
            return number;
        number = number.Contains('.') ? number.TrimEnd('0').TrimEnd('.') : number;
        return repr && !number.Contains('.') ? number + ".0" : number;
    }
}
