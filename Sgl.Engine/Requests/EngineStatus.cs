namespace Sgl.Engine.Requests;

/// <summary>A snapshot of an engine. In tokens of KV pool: Free + Cached + Held = Total, always.</summary>
public sealed record EngineStatus
{
    public required int RunningRequests { get; init; }

    public required int QueuedRequests { get; init; }

    /// <summary>Prompt tokens that have yet to be computed, of waiting requests and of those in prefill.</summary>
    public required long QueuedTokens { get; init; }

    /// <summary>Size of the KV pool, in tokens.</summary>
    public required int TotalTokens { get; init; }

    public required int FreeTokens { get; init; }

    /// <summary>In the radix tree and free to be evicted.</summary>
    public required int CachedTokens { get; init; }

    /// <summary>In use by running requests.</summary>
    public required int HeldTokens { get; init; }

    /// <summary>Output tokens per second over the last decode interval.</summary>
    public required double GenerationThroughput { get; init; }

    /// <summary>Prompt tokens found in the cache, of all prompt tokens admitted since start.</summary>
    public required double CacheHitRate { get; init; }

    public required long PromptTokensTotal { get; init; }

    public required long CachedTokensTotal { get; init; }

    public required long GeneratedTokensTotal { get; init; }

    public required long RetractionsTotal { get; init; }

    /// <summary>Steps run since start; a probe reads progress from it.</summary>
    public required long Steps { get; init; }

    /// <summary>
    /// Seconds that the engine's loop has worked since start, without its waits for the device.
    /// </summary>
    public required double HostSeconds { get; init; }

    /// <summary>Bytes of weights and of KV pool.</summary>
    public required long WeightBytes { get; init; }

    public required long KvCacheBytes { get; init; }
}
