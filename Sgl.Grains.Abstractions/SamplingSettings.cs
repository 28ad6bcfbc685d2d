namespace Sgl.Grains.Abstractions;

/// <summary>How the next token is chosen; the engine's SamplingParams field by field.</summary>
[GenerateSerializer, Immutable, Alias("sgl.SamplingSettings")]
public sealed record SamplingSettings
{
    [Id(0)] public required int MaxNewTokens { get; init; }

    [Id(1)] public int MinNewTokens { get; init; }

    /// <summary>0 is greedy.</summary>
    [Id(2)] public float Temperature { get; init; } = 1;

    [Id(3)] public float TopP { get; init; } = 1;

    /// <summary>0 is all.</summary>
    [Id(4)] public int TopK { get; init; }

    [Id(5)] public float MinP { get; init; }

    [Id(6)] public float FrequencyPenalty { get; init; }

    [Id(7)] public float PresencePenalty { get; init; }

    [Id(8)] public float RepetitionPenalty { get; init; } = 1;

    [Id(9)] public int[] StopTokens { get; init; } = [];

    [Id(10)] public bool IgnoreEos { get; init; }

    [Id(11)] public Dictionary<int, float> LogitBias { get; init; } = [];
}
