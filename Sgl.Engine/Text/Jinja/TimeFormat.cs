using System.Globalization;
using System.Text;

namespace Sgl.Engine.Text.Jinja;

/// <summary>strftime in the C locale; "%-d" and its like leave the leading zero out.</summary>
internal static class TimeFormat
{
    public static string Format(DateTimeOffset time, string format)
    {
        var text = new StringBuilder();
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '%' || at + 1 == format.Length)
            {
                text.Append(format[at]);
                continue;
            }

            var trims = format[at + 1] == '-' && at + 2 < format.Length;
            at += trims ? 2 : 1;
            var field = Field(time, format[at]) ?? (trims ? "%-" : "%") + format[at];
            text.Append(trims && char.IsAsciiDigit(field[^1]) ? WithoutPadding(field) : field);
        }

        return text.ToString();
    }

    /// <summary>One directive's text; null for an unknown one.</summary>
    private static string? Field(DateTimeOffset t, char directive)
    {
        string Text(string format) => t.ToString(format, CultureInfo.InvariantCulture);
        string Number(int value, int width) => value.ToString("D" + width, CultureInfo.InvariantCulture);
        return directive switch
        {
            'a' => Text("ddd"),
            'A' => Text("dddd"),
            'b' or 'h' => Text("MMM"),
            'B' => Text("MMMM"),
            'c' => Text("ddd MMM ") + Space(t.Day) + Text(" HH:mm:ss yyyy"),
            'C' => Number(t.Year / 100, 2),
            'd' => Text("dd"),
            'D' or 'x' => Text("MM'/'dd'/'yy"),
            'e' => Space(t.Day),
            'f' => Text("ffffff"),
            'F' => Text("yyyy-MM-dd"),
            'g' => Number(ISOWeek.GetYear(t.DateTime) % 100, 2),
            'G' => Number(ISOWeek.GetYear(t.DateTime), 4),
            'H' => Text("HH"),
            'I' => Text("hh"),
            'j' => Number(t.DayOfYear, 3),
            'k' => Space(t.Hour),
            'l' => Space((t.Hour + 11) % 12 + 1),
            'm' => Text("MM"),
            'M' => Text("mm"),
            'n' => "\n",
            'p' => t.Hour < 12 ? "AM" : "PM",
            'r' => Text("hh:mm:ss ") + (t.Hour < 12 ? "AM" : "PM"),
            'R' => Text("HH:mm"),
            's' => t.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            'S' => Text("ss"),
            't' => "\t",
            'T' or 'X' => Text("HH:mm:ss"),
            'u' => Number(((int)t.DayOfWeek + 6) % 7 + 1, 1),
            'U' => Number((t.DayOfYear + 6 - (int)t.DayOfWeek) / 7, 2),
            'V' => Number(ISOWeek.GetWeekOfYear(t.DateTime), 2),
            'w' => Number((int)t.DayOfWeek, 1),
            'W' => Number((t.DayOfYear + 6 - ((int)t.DayOfWeek + 6) % 7) / 7, 2),
            'y' => Text("yy"),
            'Y' => t.Year.ToString(CultureInfo.InvariantCulture),
            // Like Python's datetime.now(): it knows no zone.
            'z' or 'Z' => "",
            '%' => "%",
            _ => null,
        };
    }

    private static string WithoutPadding(string field)
    {
        var kept = field.AsSpan(0, field.Length - 1).IndexOfAnyExcept('0', ' ');
        return field[(kept < 0 ? field.Length - 1 : kept)..];
    }

    private static string Space(int number) => number.ToString(CultureInfo.InvariantCulture).PadLeft(2);
}
