using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using Sgl.Engine.Text.Jinja.Python;

namespace Sgl.Engine.Text.Jinja;

/// <summary>Number literals: 12, 1_000, 0x1f, 0o17, 0b11 are integers; 1.5, 2e3 are floats.</summary>
internal static partial class NumberLiteral
{
    /// <returns>long, BigInteger or double.</returns>
    public static object Read(string source, int start, int line, out int length)
    {
        var match = Pattern().Match(source, start);
        length = match.Length;
        var text = match.Value.Replace("_", "");
        if (match.Groups["float"].Success)
            return double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (text.Length > JinjaLimits.Digits)
            throw new JinjaSyntaxException($"the number has more than {JinjaLimits.Digits} digits", line);
        var radix = text.Length < 2 ? 10 : (text[1] | 0x20) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 10 };
        if (radix == 10)
            return PyNumber.Normalize(BigInteger.Parse(text, CultureInfo.InvariantCulture));
        var value = BigInteger.Zero;
        foreach (var digit in text.AsSpan(2))
            value = value * radix + Convert.ToInt32(digit.ToString(), 16);
        return PyNumber.Normalize(value);
    }

    [GeneratedRegex(@"\G(?:(?<float>(?<!\.)\d+(?:_\d+)*(?:(?:\.\d+(?:_\d+)*)?[eE][+-]?\d+(?:_\d+)*|\.\d+(?:_\d+)*))" +
        @"|0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|\d+(?:_\d+)*)")]
    private static partial Regex Pattern();
}
