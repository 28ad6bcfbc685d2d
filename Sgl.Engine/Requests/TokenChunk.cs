namespace Sgl.Engine.Requests;

/// <summary>
/// Some consecutive output tokens of one request. The last chunk, perhaps without tokens, carries <see cref="Finish"/>.
/// </summary>
public sealed record TokenChunk
{
    /// <summary>The new tokens, in order; a stop token that ended the generation is the last of them.</summary>
    public required ReadOnlyMemory<int> Tokens { get; init; }

    /// <summary>One entry per new token when logprobs were asked for, else empty.</summary>
    public IReadOnlyList<PositionLogprobs> Logprobs { get; init; } = [];

    /// <summary>In the first chunk, when asked for: one entry per prompt position from PromptStart on.</summary>
    public IReadOnlyList<PositionLogprobs> PromptLogprobs { get; init; } = [];

    /// <summary>Prompt tokens that came from the prefix cache when the request was first admitted.</summary>
    public int CachedTokens { get; init; }

    /// <summary>How often the request was retracted so far.</summary>
    public int Retractions { get; init; }

    /// <summary>Seconds from admission to the queue until the first step that ran it.</summary>
    public double QueueSeconds { get; init; }

    /// <summary>Null until the generation has ended.</summary>
    public FinishReason? Finish { get; init; }
}
