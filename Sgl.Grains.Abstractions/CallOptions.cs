namespace Sgl.Grains.Abstractions;

/// <summary>How an answer is made; what is null is left to the server, as in a request over HTTP.</summary>
[GenerateSerializer, Immutable, Alias("sgl.CallOptions")]
public sealed record CallOptions
{
    [Id(0)] public int? MaxTokens { get; init; }

    /// <summary>0 is greedy.</summary>
    [Id(1)] public float? Temperature { get; init; }

    [Id(2)] public float? TopP { get; init; }

    [Id(3)] public int? TopK { get; init; }

    [Id(4)] public float? MinP { get; init; }

    [Id(5)] public float? FrequencyPenalty { get; init; }

    [Id(6)] public float? PresencePenalty { get; init; }

    [Id(7)] public float? RepetitionPenalty { get; init; }

    /// <summary>The same call with the same seed has the same answer, on any replica.</summary>
    [Id(8)] public long? Seed { get; init; }

    [Id(9)] public string[] Stop { get; init; } = [];

    [Id(10)] public bool IgnoreEos { get; init; }
}
