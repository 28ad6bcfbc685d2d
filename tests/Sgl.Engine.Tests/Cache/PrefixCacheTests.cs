using Sgl.Engine.Cache;

namespace Sgl.Engine.Tests.Cache;

public sealed class PrefixCacheTests
{
    private static readonly int[] _tokens = [1, 2, 3, 4, 5];

    [Fact]
    public void WhatASequenceComputedIsCachedWhenItLetsGo()
    {
        PrefixCache cache = new(10, sharing: true);
        KvSlots held = Take(cache, computed: 3, slots: 5);
        Assert.Equal((5, 0, 5), (cache.FreeTokens, cache.CachedTokens, cache.HeldTokens));
        cache.Release(held, _tokens);
        Assert.Equal((7, 3, 0), (cache.FreeTokens, cache.CachedTokens, cache.HeldTokens));
        Assert.Equal(3, cache.Find(0, _tokens).Length);
    }

    [Fact]
    public void SharedTokensAreMatchedByOthersWhileHeld()
    {
        PrefixCache cache = new(10, sharing: true);
        KvSlots first = Take(cache, computed: 4, slots: 4);
        cache.Share(first, _tokens);
        KvSlots second = new();
        cache.Match(second, 0, _tokens);
        Assert.Equal(4, second.Computed);
        Assert.Equal(first.Memory.ToArray(), second.Memory.ToArray());
        cache.Release(first, _tokens);
        Assert.Equal(4, cache.HeldTokens);
        cache.Release(second, _tokens);
        Assert.Equal((0, 4), (cache.HeldTokens, cache.CachedTokens));
    }

    [Fact]
    public void TwoThatComputedTheSameKeepOneCopy()
    {
        PrefixCache cache = new(10, sharing: true);
        KvSlots first = Take(cache, computed: 4, slots: 4);
        KvSlots second = Take(cache, computed: 4, slots: 4);
        cache.Share(first, _tokens);
        cache.Share(second, _tokens);
        Assert.Equal(first.Memory.ToArray(), second.Memory.ToArray());
        Assert.Equal((6, 4), (cache.FreeTokens, cache.HeldTokens));
    }

    [Fact]
    public void GrowingEvictsWhatNoOneHolds()
    {
        PrefixCache cache = new(6, sharing: true);
        cache.Release(Take(cache, computed: 5, slots: 5), _tokens);
        KvSlots held = new();
        cache.Grow(held, 4);
        Assert.Equal((0, 2, 4), (cache.FreeTokens, cache.CachedTokens, cache.HeldTokens));
    }

    [Fact]
    public void WithoutSharingEverythingIsFreeAtOnce()
    {
        PrefixCache cache = new(10, sharing: false);
        KvSlots held = Take(cache, computed: 4, slots: 5);
        cache.Share(held, _tokens);
        cache.Release(held, _tokens);
        Assert.Equal((10, 0), (cache.FreeTokens, cache.CachedTokens));
        cache.Match(held, 0, _tokens);
        Assert.Equal(0, held.Computed);
    }

    private static KvSlots Take(PrefixCache cache, int computed, int slots)
    {
        KvSlots held = new();
        cache.Match(held, 0, []);
        cache.Grow(held, slots);
        held.Computed = computed;
        return held;
    }
}
