using System.Text;

namespace Sgl.Gateway.Metrics;

/// <summary>A counter or a gauge.</summary>
/// <param name="accumulates">What is recorded is added up; else the last value counts.</param>
internal sealed class ScalarSeries(bool accumulates) : Series
{
    private AtomicDouble _value;

    public override void Record(double value)
    {
        if (accumulates)
            _value.Add(value);
        else
            _value.Set(value);
    }

    public override void WriteTo(StringBuilder text, string name, string labels) =>
        PrometheusText.AppendSample(text, name, labels, _value.Value);
}
