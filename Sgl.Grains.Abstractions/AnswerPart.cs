namespace Sgl.Grains.Abstractions;

/// <summary>What came of an answer since the part before.</summary>
[GenerateSerializer, Immutable, Alias("sgl.AnswerPart")]
public sealed record AnswerPart
{
    /// <summary>The request's id, as the logs have it.</summary>
    [Id(0)] public required string Id { get; init; }

    [Id(1)] public required string Text { get; init; }

    [Id(2)] public required int[] Tokens { get; init; }

    [Id(3)] public required int PromptTokens { get; init; }

    /// <summary>Prompt tokens that came from the prefix cache.</summary>
    [Id(4)] public required int CachedTokens { get; init; }

    /// <summary>In the last part: length, stop or abort; null before.</summary>
    [Id(5)] public string? Finish { get; init; }

    /// <summary>For abort: what happened.</summary>
    [Id(6)] public string? Message { get; init; }
}
