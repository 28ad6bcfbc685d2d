namespace Sgl.Cluster.Bench.Acceptance;

/// <summary>What came of one request.</summary>
internal sealed record StreamOutcome
{
    /// <summary>Of each choice: token ids, log probabilities, text and reason of the end, as JSON.</summary>
    public required string[] Answers { get; init; }

    /// <summary>Seconds from the request to the first token.</summary>
    public double FirstTokenSeconds { get; init; }

    /// <summary>Longest wait for a token after the first one, over all choices.</summary>
    public double LargestGapSeconds { get; init; }

    /// <summary>How often the client had to connect anew.</summary>
    public int Reconnects { get; init; }

    /// <summary>How often it was told to come back later.</summary>
    public int Refusals { get; init; }

    /// <summary>What ended it without an answer; null when nothing did.</summary>
    public string? Error { get; init; }
}
