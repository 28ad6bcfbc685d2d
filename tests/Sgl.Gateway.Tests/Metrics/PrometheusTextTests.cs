using Sgl.Gateway.Metrics;

namespace Sgl.Gateway.Tests.Metrics;

public sealed class PrometheusTextTests
{
    [Theory]
    [InlineData(0, "0.0")]
    [InlineData(0.0005, "0.0005")]
    [InlineData(0.1, "0.1")]
    [InlineData(1, "1.0")]
    [InlineData(12500, "12500.0")]
    [InlineData(800000, "800000.0")]
    [InlineData(1000000, "1e+06")]
    [InlineData(1100000, "1.1e+06")]
    public void BoundsAreWrittenAsPythonsClientWritesThem(double bound, string text) =>
        Assert.Equal(text, PrometheusText.Bound(bound));

    [Fact]
    public void LabelsAreEscaped() => Assert.Equal(
        """a="1",b="x\\y\"z\n",c="" """[..^1],
        PrometheusText.Labels([new("a", 1), new("b", "x\\y\"z\n"), new("c", null)]));

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(1, 0)]
    [InlineData(1.5, 1)]
    [InlineData(9, 2)]
    public void AValueBelongsUnderTheFirstBoundThatItDoesNotExceed(double value, int bucket)
    {
        HistogramSeries series = new([1, 2]);
        series.Record(value);
        System.Text.StringBuilder text = new();
        series.WriteTo(text, "h", "");
        int[] counts = [bucket <= 0 ? 1 : 0, bucket <= 1 ? 1 : 0, 1];
        Assert.Equal(
            $"h_bucket{{le=\"1.0\"}} {counts[0]}\nh_bucket{{le=\"2.0\"}} {counts[1]}\nh_bucket{{le=\"+Inf\"}} 1\n"
            + FormattableString.Invariant($"h_sum {value}\nh_count 1\n"),
            text.ToString());
    }
}
