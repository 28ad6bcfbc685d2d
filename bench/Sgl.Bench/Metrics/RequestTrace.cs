namespace Sgl.Bench.Metrics;

/// <summary>What one streamed request looked like from the client. Times in seconds since it was sent.</summary>
internal sealed record RequestTrace
{
    /// <summary>Null when it succeeded.</summary>
    public string? Error { get; init; }

    public int PromptTokens { get; init; }

    public int OutputTokens { get; init; }

    /// <summary>Until the first chunk that brought anything.</summary>
    public double FirstTokenSeconds { get; init; }

    /// <summary>Until the last chunk that brought anything.</summary>
    public double LatencySeconds { get; init; }

    /// <summary>ITL: one gap per token after the first chunk.</summary>
    public IReadOnlyList<double> TokenGaps { get; init; } = [];

    /// <summary>TPOT: (latency - first token) / (tokens - 1); null for a single token.</summary>
    public double? SecondsPerOutputToken =>
        OutputTokens > 1 ? (LatencySeconds - FirstTokenSeconds) / (OutputTokens - 1) : null;
}
