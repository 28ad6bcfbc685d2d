using Sgl.Engine.Cache;
using Sgl.Grains.Abstractions;
using Sgl.Grains.Routing;

namespace Sgl.Grains.Tests.Routing;

public sealed class RouterTests
{
    private static readonly Guid _epoch = Guid.NewGuid();
    private static readonly ReplicaLoad _idle = new() { State = ReplicaState.Ready, FreeTokens = 100_000 };
    private readonly FakeTime _time = new();
    private readonly Router _router;

    public RouterTests() => _router = new Router(RoutingPolicies.Create("cache_aware"), _time);

    [Fact]
    public void WithoutAReplicaThereIsNoRoute() => Assert.Null(_router.Route([], 10));

    [Fact]
    public void ThePromptGoesWhereItsBlocksAre()
    {
        Know("a", "b", "c");
        _router.OnChange("b", _epoch, new CacheChange(1, false, [], [1, 2]));
        using RouteLease lease = _router.Route([1, 2, 3], 100)!;
        Assert.Equal(("b", 64), (lease.ReplicaId, lease.CachedTokens));
    }

    [Fact]
    public void TheLastTokenIsNeverCached()
    {
        Know("a");
        _router.OnChange("a", _epoch, new CacheChange(1, false, [], [1, 2]));
        Assert.Equal(63, _router.Route([1, 2], 64)!.CachedTokens);
    }

    [Fact]
    public void WhatWasJustRoutedCountsThoughNoReportShowsIt()
    {
        Know("a", "b", "c", "d");
        string[] chosen = [.. Enumerable.Range(0, 8).Select(i => _router.Route([], 100)!.ReplicaId)];
        Assert.All(chosen.GroupBy(id => id), group => Assert.Equal(2, group.Count()));
    }

    [Fact]
    public void TheSamePromptTwiceGoesToOneReplica()
    {
        Know("a", "b", "c", "d");
        Assert.Equal(_router.Route([1, 2, 3], 110)!.ReplicaId, _router.Route([1, 2, 3], 110)!.ReplicaId);
    }

    [Fact]
    public void AConversationGoesOnWhereItsLastTurnEnded()
    {
        Know("a", "b", "c", "d");
        RouteLease first = _router.Route([1], 40)!;
        first.Started();
        first.Ended([1, 2, 3]);
        RouteLease second = _router.Route([1, 2, 3], 100)!;
        Assert.Equal((first.ReplicaId, 96), (second.ReplicaId, second.CachedTokens));
    }

    [Fact]
    public void ARequestThatReportsShowIsNotCountedTwice()
    {
        Know("a", "b");
        Route("a");
        Report("a", running: 1);
        Report("a", running: 1);
        Report("b", running: 1);
        Report("b", running: 1);
        string[] chosen = [.. Enumerable.Range(0, 6).Select(_ => _router.Route([], 100)!.ReplicaId)];
        Assert.Equal(3, chosen.Count(id => id == "a"));
    }

    [Fact]
    public void ARequestThatReportsHideBehindALongStepCounts()
    {
        Know("a", "b");
        Route("a");
        for (int i = 0; i < 5; i++)
            Report("a", running: 0);
        Assert.Equal("b", _router.Route([], 100)!.ReplicaId);
    }

    [Fact]
    public void WhatHasEndedCountsNoMore()
    {
        Know("a", "b");
        _router.OnLoad("b", _epoch, _idle with { QueuedTokens = 50 });
        RouteLease lease = _router.Route([], 100)!;
        Assert.Equal(("a", "b"), (lease.ReplicaId, _router.Route([], 100)!.ReplicaId));
        lease.Dispose();
        Assert.Equal("a", _router.Route([], 100)!.ReplicaId);
    }

    [Theory]
    [InlineData(ReplicaState.Loading)]
    [InlineData(ReplicaState.Draining)]
    [InlineData(ReplicaState.Failed)]
    public void OnlyReplicasThatAreReadyAreAsked(ReplicaState state)
    {
        Know("a");
        _router.OnLoad("a", _epoch, _idle with { State = state });
        Assert.Null(_router.Route([], 100));
    }

    [Fact]
    public void AReplicaToBeAvoidedIsNotAsked()
    {
        Know("a", "b");
        Assert.All(Enumerable.Range(0, 9), _ => Assert.Equal("b", _router.Route([], 100, ["a"])!.ReplicaId));
        Assert.Null(_router.Route([], 100, ["a", "b"]));
    }

    [Fact]
    public void ASuspectedReplicaIsAskedAgainWhenItIsHeard()
    {
        Know("a");
        _router.Suspect("a");
        Assert.Null(_router.Route([], 100));
        Report("a", running: 0);
        Assert.Null(_router.Route([], 100));
        _time.Advance(Router.SuspicionAtLeast);
        Assert.Null(_router.Route([], 100));
        Report("a", running: 0);
        Assert.NotNull(_router.Route([], 100));
    }

    [Fact]
    public void ASilentReplicaIsAskedWhenThereIsNoOther()
    {
        Know("a", "b");
        _time.Advance(2 * Router.StaleAfter);
        Assert.NotNull(_router.Route([], 100));
        Report("b", running: 9);
        Assert.All(Enumerable.Range(0, 9), _ => Assert.Equal("b", _router.Route([], 100)!.ReplicaId));
    }

    [Fact]
    public void ANewActivationHasNothingOfTheOld()
    {
        Know("a");
        _router.OnChange("a", _epoch, new CacheChange(1, false, [], [1, 2]));
        Assert.Equal(2, _router.IndexedBlocks);
        Guid later = Guid.NewGuid();
        Assert.False(_router.OnLoad("a", later, _idle));
        Assert.Equal(0, _router.IndexedBlocks);
        Assert.True(_router.OnChange("a", _epoch, new CacheChange(2, false, [], [3])));
        Assert.True(_router.OnSnapshot("a", later, new CacheSnapshot(9, [7])));
        Assert.False(_router.OnChange("a", later, new CacheChange(11, false, [], [8])));
        Assert.Equal(1, _router.IndexedBlocks);
    }

    [Fact]
    public void ARemovedReplicaIsGoneWithItsBlocks()
    {
        Know("a", "b");
        _router.OnChange("a", _epoch, new CacheChange(1, false, [], [1, 2]));
        RouteLease lease = Route("a");
        _router.Remove("a");
        lease.Ended([1]);
        Assert.Equal(0, _router.IndexedBlocks);
        Assert.Equal("b", Assert.Single(_router.Replicas).Id);
        Assert.Equal("b", _router.Route([1, 2], 100)!.ReplicaId);
    }

    private RouteLease Route(string wanted)
    {
        RouteLease lease = _router.Route([], 100, [.. _router.Replicas.Select(r => r.Id).Where(id => id != wanted)])!;
        Assert.Equal(wanted, lease.ReplicaId);
        return lease;
    }

    private void Report(string id, int running) => _router.OnLoad(id, _epoch, _idle with { RunningRequests = running });

    private void Know(params string[] ids)
    {
        foreach (string id in ids)
        {
            Assert.False(_router.OnLoad(id, _epoch, _idle));
            Assert.True(_router.OnSnapshot(id, _epoch, new CacheSnapshot(0, [])));
        }
    }
}
