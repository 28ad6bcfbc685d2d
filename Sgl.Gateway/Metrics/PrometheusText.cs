using System.Globalization;
using System.Text;

namespace Sgl.Gateway.Metrics;

/// <summary>
/// Prometheus' text exposition format, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats), with numbers as Python's client writes them.
/// </summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>From here on Python's client writes bounds with an exponent.</summary>
    private const double LargeBound = 1e6;

    /// <summary>One block a name, in the order of names.</summary>
    public static string Of(IEnumerable<InstrumentSeries> instruments)
    {
        StringBuilder text = new();
        foreach (IGrouping<string, InstrumentSeries> family in instruments
            .GroupBy(instrument => instrument.Name).OrderBy(family => family.Key, StringComparer.Ordinal))
        {
            InstrumentSeries first = family.First();
            text.Append("# HELP ").Append(family.Key).Append(' ').Append(EscapeHelp(first.Help)).Append('\n');
            text.Append("# TYPE ").Append(family.Key).Append(' ').Append(first.Type).Append('\n');
            // Two engines that claim the same rank would give one series twice, which the format forbids.
            foreach ((string labels, Series series) in family
                .SelectMany(instrument => instrument.All).DistinctBy(one => one.Labels)
                .OrderBy(one => one.Labels, StringComparer.Ordinal))
                series.WriteTo(text, family.Key, labels);
        }

        return text.ToString();
    }

    public static void AppendSample(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    /// <summary>Labels as they stand between the braces.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        StringBuilder text = new();
        foreach ((string name, object? value) in tags)
        {
            if (text.Length > 0)
                text.Append(',');
            text.Append(name).Append("=\"").Append(EscapeValue(
                Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")).Append('"');
        }

        return text.ToString();
    }

    /// <summary>A bucket's bound; queries name it by this text: 0.5, 1.0, 1e+06.</summary>
    public static string Bound(double bound) => bound >= LargeBound
        ? bound.ToString("0.################e+00", CultureInfo.InvariantCulture)
        : bound.ToString("0.0################", CultureInfo.InvariantCulture);

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string EscapeHelp(string text) => text.Replace("\\", "\\\\").Replace("\n", "\\n");

    private static string EscapeValue(string text) => EscapeHelp(text).Replace("\"", "\\\"");
}
