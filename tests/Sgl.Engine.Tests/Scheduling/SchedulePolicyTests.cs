using Sgl.Engine.Cache;
using Sgl.Engine.Requests;
using Sgl.Engine.Scheduling;
using Sgl.Engine.Scheduling.Policies;
using static Sgl.Engine.Tests.Engine.TestRequest;

namespace Sgl.Engine.Tests.Scheduling;

public sealed class SchedulePolicyTests
{
    private readonly PrefixCache _cache = new(256, sharing: true);
    private long _ticket;

    [Fact]
    public void TheNamesAreThoseOfTheFlag() =>
        Assert.Equal(["dfs-weight", "fcfs", "lof", "lpm", "random"], SchedulePolicies.Names.Order());

    [Fact]
    public void AnUnknownNameListsTheKnown()
    {
        var error = Assert.Throws<UserErrorException>(() => SchedulePolicies.Find("lifo"));
        Assert.Equal(
            "--schedule-policy lifo is unknown; the policies are dfs-weight, fcfs, lof, lpm, random.", error.Message);
    }

    [Fact]
    public void TwoOfOneNameAreRefused()
    {
        var error = Assert.Throws<InvalidOperationException>(
            () => SchedulePolicies.ByUniqueName([new FirstComeFirstServed(), new FirstComeFirstServed()]));
        Assert.Equal("Two schedule policies are named fcfs.", error.Message);
    }

    [Fact]
    public void FcfsGoesByArrival()
    {
        Sequence[] waiting = [Waiting([1]), Waiting([2]), Waiting([3])];
        Assert.Equal(waiting, Order("fcfs", [waiting[2], waiting[0], waiting[1]]));
    }

    [Fact]
    public void LpmPutsTheLongestCachedPrefixFirst()
    {
        Cache(1, 2, 3, 4);
        Sequence none = Waiting([9, 9, 9]);
        Sequence two = Waiting([1, 2, 9, 9]);
        Sequence alsoTwo = Waiting([1, 2, 8, 8]);
        Sequence four = Waiting([1, 2, 3, 4, 9]);
        Assert.Equal([four, two, alsoTwo, none], Order("lpm", [none, two, alsoTwo, four]));
    }

    [Fact]
    public void LpmIsFcfsWhenTheQueueIsLong()
    {
        Cache(1, 2, 3, 4);
        IEnumerable<Sequence> unmatched = Enumerable.Range(0, LongestPrefixMatch.MaxMatched).Select(_ => Waiting([9]));
        Sequence[] waiting = [.. unmatched, Waiting([1, 2, 3])];
        Assert.Equal(waiting, Order("lpm", waiting));
        Assert.Same(waiting[^1], Order("lpm", waiting[1..])[0]);
    }

    [Fact]
    public void LofPutsTheLongestOutputFirst()
    {
        Sequence small = Waiting([1], maxNewTokens: 5);
        Sequence large = Waiting([1], maxNewTokens: 50);
        Sequence alsoLarge = Waiting([1], maxNewTokens: 50);
        Assert.Equal([large, alsoLarge, small], Order("lof", [small, large, alsoLarge]));
    }

    [Fact]
    public void DfsWeightWalksTheHeaviestBranchFirst()
    {
        Cache(1, 1, 1, 1);
        Cache(1, 1, 2, 2);
        Cache(3, 3, 3, 3);
        Sequence light = Waiting([3, 3, 3, 3, 0]);
        Sequence root = Waiting([7, 7]);
        Sequence fork = Waiting([1, 1, 9]);
        Sequence second = Waiting([1, 1, 2, 2, 0]);
        Sequence first = Waiting([1, 1, 1, 1, 0]);
        Sequence alsoFirst = Waiting([1, 1, 1, 1, 5]);
        Assert.Equal(
            [first, alsoFirst, second, fork, light, root],
            Order("dfs-weight", [light, root, fork, second, first, alsoFirst]));
    }

    [Fact]
    public void DfsWeightPutsWhatHasNoTreeLast()
    {
        Cache(1, 2, 3);
        Sequence elsewhere = new(Of([1, 2, 3, 4], 1), cacheSpace: 5) { Ticket = ++_ticket };
        Sequence here = Waiting([1, 2, 3, 4]);
        Assert.Equal([here, elsewhere], Order("dfs-weight", [elsewhere, here]));
    }

    [Fact]
    public void RandomIsAnotherOrderOfTheSame()
    {
        Sequence[] waiting = [.. Enumerable.Range(0, 20).Select(_ => Waiting([1]))];
        Sequence[] ordered = Order("random", waiting);
        Assert.NotEqual(waiting, ordered);
        Assert.Equal(waiting.ToHashSet(), ordered.ToHashSet());
    }

    private Sequence Waiting(int[] prompt, int maxNewTokens = 10) =>
        new(Of(prompt, maxNewTokens), cacheSpace: 0) { Ticket = ++_ticket };

    private void Cache(params int[] tokens)
    {
        KvSlots held = new();
        _cache.Match(held, 0, tokens);
        _cache.Grow(held, tokens.Length - held.Count);
        held.Computed = tokens.Length;
        _cache.Release(held, tokens);
    }

    private Sequence[] Order(string policy, Sequence[] waiting)
    {
        List<Sequence> ordered = [.. waiting];
        SchedulePolicies.Find(policy).Order(ordered, _cache, new Random(1));
        return [.. ordered];
    }
}
