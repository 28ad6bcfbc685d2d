using Sgl.Engine.Cache;
using Sgl.Grains.Routing;

namespace Sgl.Grains.Tests.Routing;

public sealed class ReplicaBlocksTests
{
    private readonly FakeTime _time = new();
    private readonly ReplicaBlocks _blocks;

    public ReplicaBlocksTests() => _blocks = new ReplicaBlocks(_time);

    [Fact]
    public void NothingIsKnownBeforeASnapshot()
    {
        Assert.True(_blocks.WantsSnapshot);
        Assert.False(_blocks.Apply(Added(1, 7)));
        Assert.Equal(0, _blocks.Count);
        Assert.True(_blocks.Reset(new CacheSnapshot(0, [5])));
        Assert.Equal(2, _blocks.Count);
    }

    [Fact]
    public void AGapAsksForASnapshotAndWhatCameMeanwhileIsAppliedToIt()
    {
        _blocks.Reset(new CacheSnapshot(3, [1, 2]));
        Assert.True(_blocks.Apply(Added(4, 3)));
        Assert.False(_blocks.Apply(Added(6, 5)));
        Assert.False(_blocks.Apply(new CacheChange(7, false, [5], [6])));
        Assert.Equal(3, _blocks.Match([1, 2, 3, 5]));
        Assert.True(_blocks.Reset(new CacheSnapshot(6, [1, 2, 3, 4, 5])));
        Assert.Equal(5, _blocks.Count);
        Assert.Equal((4, 0), (_blocks.Match([1, 2, 3, 4, 5]), _blocks.Match([5])));
    }

    [Fact]
    public void ASnapshotFromBeforeTheGapDoesNotHelp()
    {
        _blocks.Reset(new CacheSnapshot(3, [1]));
        _blocks.Apply(Added(6, 5));
        Assert.False(_blocks.Reset(new CacheSnapshot(4, [1, 2])));
        Assert.True(_blocks.Reset(new CacheSnapshot(5, [1, 2, 4])));
        Assert.Equal(4, _blocks.Count);
    }

    [Fact]
    public void OldNewsChangesNothing()
    {
        _blocks.Reset(new CacheSnapshot(3, [1, 2]));
        Assert.True(_blocks.Apply(new CacheChange(3, true, [], [])));
        Assert.True(_blocks.Reset(new CacheSnapshot(2, [])));
        Assert.Equal(2, _blocks.Count);
    }

    [Fact]
    public void ClearedComesBeforeAdded()
    {
        _blocks.Reset(new CacheSnapshot(0, [1, 2]));
        _blocks.Apply(new CacheChange(1, true, [], [2]));
        Assert.Equal((0, 1), (_blocks.Match([1, 2]), _blocks.Match([2])));
    }

    [Fact]
    public void WhenTooMuchWaitsForTheSnapshotAnotherIsWanted()
    {
        for (int i = 1; i <= ReplicaBlocks.MaxWaiting + 1; i++)
            _blocks.Apply(Added(i, (ulong)i));
        Assert.False(_blocks.Reset(new CacheSnapshot(0, [])));
        Assert.True(_blocks.Reset(new CacheSnapshot(1, [1])));
        Assert.Equal(ReplicaBlocks.MaxWaiting + 1, _blocks.Count);
    }

    [Fact]
    public void MatchesAnyLength()
    {
        ulong[] prompt = [.. Enumerable.Range(1, 40).Select(i => (ulong)i)];
        for (int has = 0; has <= prompt.Length; has++)
        {
            ReplicaBlocks blocks = new(_time);
            blocks.Reset(new CacheSnapshot(0, prompt[..has]));
            Assert.Equal(has, blocks.Match(prompt));
        }
    }

    [Fact]
    public void WhatIsExpectedCountsForAWhile()
    {
        _blocks.Reset(new CacheSnapshot(0, [1, 2]));
        _blocks.Expect([1, 2, 3, 4]);
        Assert.Equal(4, _blocks.Match([1, 2, 3, 4]));
        _time.Advance(RecentBlocks.Lifetime / 2);
        _blocks.Expect([1, 2, 3, 9]);
        _blocks.Apply(Added(1, 3));
        _time.Advance(RecentBlocks.Lifetime * 0.75);
        Assert.Equal(3, _blocks.Match([1, 2, 3, 4]));
        Assert.Equal(4, _blocks.Match([1, 2, 3, 9]));
        _time.Advance(RecentBlocks.Lifetime);
        Assert.Equal(3, _blocks.Match([1, 2, 3, 9]));
        Assert.Equal(3, _blocks.Count);
    }

    private static CacheChange Added(long number, ulong block) => new(number, false, [], [block]);
}
