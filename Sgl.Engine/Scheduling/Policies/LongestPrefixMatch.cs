using Sgl.Engine.Cache;

namespace Sgl.Engine.Scheduling.Policies;

/// <summary>What is cached longest goes first, before it is evicted.</summary>
internal sealed class LongestPrefixMatch : ISchedulePolicy
{
    /// <summary>Matching a longer queue at every step would cost more than the better order saves.</summary>
    public const int MaxMatched = 128;

    private readonly FirstComeFirstServed _fallback = new();

    public string Name => "lpm";

    public void Order(List<Sequence> waiting, PrefixCache cache, Random random)
    {
        _fallback.Order(waiting, cache, random);
        if (waiting.Count > MaxMatched)
            return;
        Sequence[] ordered =
            [.. waiting.OrderByDescending(sequence => cache.Find(sequence.CacheSpace, sequence.Matchable).Length)];
        ordered.CopyTo(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(waiting));
    }
}
