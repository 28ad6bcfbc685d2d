using Sgl.Bench.Metrics;

namespace Sgl.Bench.Tests.Metrics;

public sealed class ServingMetricsTests
{
    private static readonly RequestTrace[] _traces =
    [
        new()
        {
            PromptTokens = 10,
            OutputTokens = 3,
            FirstTokenSeconds = 1,
            LatencySeconds = 2,
            TokenGaps = [0.4, 0.6],
        },
        new() { PromptTokens = 20, OutputTokens = 1, FirstTokenSeconds = 3, LatencySeconds = 3 },
        new() { Error = "500", PromptTokens = 99, OutputTokens = 99, FirstTokenSeconds = 99, LatencySeconds = 99 },
    ];

    [Fact]
    public void Throughput_counts_what_completed()
    {
        ServingMetrics metrics = ServingMetrics.Of(_traces, 4);
        Assert.Equal((2, 1), (metrics.Completed, metrics.Failed));
        Assert.Equal((30, 4), (metrics.InputTokens, metrics.OutputTokens));
        Assert.Equal(0.5, metrics.RequestThroughput);
        Assert.Equal(7.5, metrics.InputThroughput);
        Assert.Equal(1, metrics.OutputThroughput);
        Assert.Equal(8.5, metrics.TotalThroughput);
        Assert.Equal(5 / 4.0, metrics.Concurrency);
    }

    [Fact]
    public void Latencies_are_in_milliseconds_and_tpot_leaves_single_tokens_out()
    {
        ServingMetrics metrics = ServingMetrics.Of(_traces, 4);
        Assert.Equal((2000, 2000), (metrics.Ttft.Mean, metrics.Ttft.Median));
        Assert.Equal(2500, metrics.E2e.Mean);
        Assert.Equal((500, 500), (metrics.Tpot.Mean, metrics.Tpot.P99));
        Assert.Equal(500, metrics.Itl.Mean, 9);
        Assert.Equal(598, metrics.Itl.P99, 9);
    }

    [Fact]
    public void Nothing_completed_is_zeros_and_no_nan()
    {
        ServingMetrics metrics = ServingMetrics.Of([_traces[2]], 4);
        Assert.Equal((0, 0, 0), (metrics.RequestThroughput, metrics.Ttft.Mean, metrics.Itl.P99));
    }
}
