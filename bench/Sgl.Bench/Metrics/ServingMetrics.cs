namespace Sgl.Bench.Metrics;

/// <summary>The figures of a serving run, as bench_serving defines them. Distributions in milliseconds.</summary>
internal sealed record ServingMetrics
{
    public required int Completed { get; init; }

    public required int Failed { get; init; }

    public required double DurationSeconds { get; init; }

    public required long InputTokens { get; init; }

    public required long OutputTokens { get; init; }

    /// <summary>Send to first token.</summary>
    public required Distribution Ttft { get; init; }

    /// <summary>Per output token after the first, one value a request.</summary>
    public required Distribution Tpot { get; init; }

    /// <summary>Between tokens, one value a token.</summary>
    public required Distribution Itl { get; init; }

    /// <summary>Send to last token.</summary>
    public required Distribution E2e { get; init; }

    /// <summary>Requests under way, averaged over the run: Σ latency / duration.</summary>
    public required double Concurrency { get; init; }

    public double RequestThroughput => Completed / DurationSeconds;

    public double InputThroughput => InputTokens / DurationSeconds;

    public double OutputThroughput => OutputTokens / DurationSeconds;

    public double TotalThroughput => (InputTokens + OutputTokens) / DurationSeconds;

    public static ServingMetrics Of(IReadOnlyCollection<RequestTrace> traces, double durationSeconds)
    {
        RequestTrace[] completed = [.. traces.Where(trace => trace.Error is null)];
        return new ServingMetrics
        {
            Completed = completed.Length,
            Failed = traces.Count - completed.Length,
            DurationSeconds = durationSeconds,
            InputTokens = completed.Sum(trace => (long)trace.PromptTokens),
            OutputTokens = completed.Sum(trace => (long)trace.OutputTokens),
            Ttft = Milliseconds(completed.Select(trace => trace.FirstTokenSeconds)),
            Tpot = Milliseconds(completed.Select(trace => trace.SecondsPerOutputToken).OfType<double>()),
            Itl = Milliseconds(completed.SelectMany(trace => trace.TokenGaps)),
            E2e = Milliseconds(completed.Select(trace => trace.LatencySeconds)),
            Concurrency = completed.Sum(trace => trace.LatencySeconds) / durationSeconds,
        };
    }

    private static Distribution Milliseconds(IEnumerable<double> seconds) =>
        Distribution.Of(seconds.Select(value => 1000 * value));
}
