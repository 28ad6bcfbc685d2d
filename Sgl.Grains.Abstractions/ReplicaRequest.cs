namespace Sgl.Grains.Abstractions;

/// <summary>
/// One validated generation on its way to a replica: with the model, all that its tokens depend on. Any replica of the
/// model gives it the same tokens, and goes on behind <see cref="Resumed"/> where another one stopped.
/// </summary>
[GenerateSerializer, Immutable, Alias("sgl.ReplicaRequest")]
public sealed record ReplicaRequest
{
    /// <summary>Unique among the live streams of a gateway; appears in logs.</summary>
    [Id(0)] public required string Id { get; init; }

    [Id(1)] public required int[] Prompt { get; init; }

    /// <summary>Output tokens that the stream has already.</summary>
    [Id(2)] public int[] Resumed { get; init; } = [];

    [Id(3)] public required SamplingSettings Sampling { get; init; }

    /// <summary>Key of the random draws.</summary>
    [Id(4)] public required ulong Seed { get; init; }

    /// <summary>First prompt position whose log probability is wanted; null: none at all.</summary>
    [Id(5)] public int? LogprobStart { get; init; }

    /// <summary>How many best candidates are reported per position.</summary>
    [Id(6)] public int TopLogprobs { get; init; }

    /// <summary>What the output must look like; null when it is free.</summary>
    [Id(7)] public OutputGrammar? Grammar { get; init; }
}
