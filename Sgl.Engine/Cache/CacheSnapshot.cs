namespace Sgl.Engine.Cache;

/// <summary>All that the prefix cache holds; see <see cref="PrefixBlocks"/>.</summary>
/// <param name="Number">The last change that is in it; 0 before the first.</param>
public sealed record CacheSnapshot(long Number, IReadOnlyList<ulong> Blocks);
