namespace Sgl.Grains.Abstractions;

/// <summary>What a step did to a replica's prefix cache; the engine's CacheChange.</summary>
/// <param name="Number">One more than the change before: who sees a gap has missed something.</param>
/// <param name="Cleared">Everything was dropped before what follows.</param>
[GenerateSerializer, Immutable, Alias("sgl.CacheDelta")]
public sealed record CacheDelta(
    [property: Id(0)] long Number,
    [property: Id(1)] bool Cleared,
    [property: Id(2)] ulong[] Removed,
    [property: Id(3)] ulong[] Added);
