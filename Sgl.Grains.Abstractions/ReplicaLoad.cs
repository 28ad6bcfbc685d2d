namespace Sgl.Grains.Abstractions;

/// <summary>A replica's state, load and counters; the engine's EngineStatus, once there is one.</summary>
[GenerateSerializer, Immutable, Alias("sgl.ReplicaLoad")]
public sealed record ReplicaLoad
{
    [Id(0)] public required ReplicaState State { get; init; }

    [Id(1)] public int RunningRequests { get; init; }

    [Id(2)] public int QueuedRequests { get; init; }

    /// <summary>Size of the KV pool, in tokens: Free + Cached + Held.</summary>
    [Id(3)] public int TotalTokens { get; init; }

    [Id(4)] public int FreeTokens { get; init; }

    [Id(5)] public int CachedTokens { get; init; }

    [Id(6)] public int HeldTokens { get; init; }

    /// <summary>Output tokens per second over the last decode interval.</summary>
    [Id(7)] public double GenerationThroughput { get; init; }

    [Id(8)] public long PromptTokensTotal { get; init; }

    [Id(9)] public long CachedTokensTotal { get; init; }

    [Id(10)] public long GeneratedTokensTotal { get; init; }

    [Id(11)] public long RetractionsTotal { get; init; }

    [Id(12)] public long Steps { get; init; }

    /// <summary>Seconds that the engine's loop has worked, without its waits for the device.</summary>
    [Id(17)] public double HostSeconds { get; init; }

    [Id(13)] public long WeightBytes { get; init; }

    [Id(14)] public long KvCacheBytes { get; init; }

    /// <summary>Prompt tokens that are still to be computed.</summary>
    [Id(16)] public long QueuedTokens { get; init; }

    /// <summary>For <see cref="ReplicaState.Failed"/>: what happened.</summary>
    [Id(15)] public string? Problem { get; init; }
}
