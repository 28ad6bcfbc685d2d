namespace Sgl.Grains.Abstractions;

/// <summary>Some consecutive output tokens of one stream; the last chunk has a <see cref="Finish"/>.</summary>
[GenerateSerializer, Immutable, Alias("sgl.StreamChunk")]
public sealed record StreamChunk
{
    /// <summary>The request's id.</summary>
    [Id(0)] public required string Stream { get; init; }

    [Id(1)] public required int[] Tokens { get; init; }

    /// <summary>One entry per token when logprobs were asked for, else empty.</summary>
    [Id(2)] public TokenLogprobs[] Logprobs { get; init; } = [];

    /// <summary>In the first chunk, when asked for: one entry per prompt position.</summary>
    [Id(3)] public TokenLogprobs[] PromptLogprobs { get; init; } = [];

    [Id(4)] public int CachedTokens { get; init; }

    [Id(5)] public int Retractions { get; init; }

    [Id(6)] public double QueueSeconds { get; init; }

    /// <summary>Null until the stream has ended on this replica.</summary>
    [Id(7)] public StreamFinish? Finish { get; init; }
}
