namespace Sgl.Grains.Abstractions;

/// <summary>What a replica has for one gateway: everything since its last pull, or nothing but its load.</summary>
[GenerateSerializer, Immutable, Alias("sgl.LinkNews")]
public sealed record LinkNews
{
    /// <summary>
    /// Of the replica's activation. Streams that were submitted to another one are gone: a replica that comes back
    /// begins with nothing.
    /// </summary>
    [Id(0)] public required Guid Epoch { get; init; }

    [Id(1)] public required ReplicaLoad Load { get; init; }

    /// <summary>In order; of all of the gateway's streams on this replica together.</summary>
    [Id(2)] public StreamChunk[] Chunks { get; init; } = [];

    /// <summary>What became of the prefix cache since the last pull, in order.</summary>
    [Id(3)] public CacheDelta[] CacheChanges { get; init; } = [];
}
