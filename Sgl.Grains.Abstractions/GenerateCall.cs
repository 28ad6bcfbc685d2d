namespace Sgl.Grains.Abstractions;

/// <summary>A prompt to be continued: a text, or its tokens.</summary>
[GenerateSerializer, Immutable, Alias("sgl.GenerateCall")]
public sealed record GenerateCall
{
    [Id(0)] public string? Text { get; init; }

    [Id(1)] public int[]? Tokens { get; init; }

    [Id(2)] public CallOptions Options { get; init; } = new();
}
