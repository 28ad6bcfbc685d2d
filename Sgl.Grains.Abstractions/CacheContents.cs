namespace Sgl.Grains.Abstractions;

/// <summary>All that a replica's prefix cache holds; the engine's CacheSnapshot.</summary>
/// <param name="Epoch">Of the replica's activation.</param>
/// <param name="Number">The last change that is in it.</param>
[GenerateSerializer, Immutable, Alias("sgl.CacheContents")]
public sealed record CacheContents(
    [property: Id(0)] Guid Epoch,
    [property: Id(1)] long Number,
    [property: Id(2)] ulong[] Blocks);
