namespace Sgl.Engine.Cache;

/// <summary>What a step did to the prefix cache; see <see cref="PrefixBlocks"/>.</summary>
/// <param name="Number">One more than the change before: who sees a gap has missed something.</param>
/// <param name="Cleared">Everything was dropped before what follows.</param>
/// <param name="Removed">Blocks that are there no more.</param>
/// <param name="Added">Blocks that are there now; none is also in <paramref name="Removed"/>.</param>
public sealed record CacheChange(
    long Number, bool Cleared, IReadOnlyList<ulong> Removed, IReadOnlyList<ulong> Added);
