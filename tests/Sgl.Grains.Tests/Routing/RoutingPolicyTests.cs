using Sgl.Engine.Requests;
using Sgl.Grains.Routing;

namespace Sgl.Grains.Tests.Routing;

public sealed class RoutingPolicyTests
{
    [Fact]
    public void EachIsFoundByTheNameItAnnounces()
    {
        Assert.Equal(["cache_aware", "least_loaded", "random", "round_robin"], RoutingPolicies.Names.Order());
        Assert.All(RoutingPolicies.Names, name => Assert.Equal(name, RoutingPolicies.Create(name).Name));
        Assert.Contains(RoutingPolicies.Default, RoutingPolicies.Names);
    }

    [Fact]
    public void AnUnknownNameIsToldTheKnownOnes()
    {
        string message = Assert.Throws<UserErrorException>(() => RoutingPolicies.Create("best")).Message;
        Assert.Contains("best", message);
        Assert.All(RoutingPolicies.Names, name => Assert.Contains(name, message));
    }

    [Theory]
    [InlineData("cache_aware")]
    [InlineData("least_loaded")]
    [InlineData("random")]
    [InlineData("round_robin")]
    public void AllOfManyEqualsAreChosen(string name)
    {
        IRoutingPolicy policy = RoutingPolicies.Create(name);
        Candidate[] equals = [.. Enumerable.Repeat(new Candidate(0, 0, 0, 1000), 4)];
        Assert.Equal([0, 1, 2, 3], Enumerable.Range(0, 200).Select(_ => policy.Choose(100, equals)).Distinct().Order());
    }

    [Fact]
    public void CacheAwareGoesWhereThePromptIs() =>
        Assert.Equal(1, Choose("cache_aware", 100, Idle, Idle with { CachedTokens = 64 }, Idle));

    [Fact]
    public void CacheAwareGoesElsewhereWhenTheQueueIsLongerThanThePrompt()
    {
        Candidate cached = Idle with { CachedTokens = 64, QueuedTokens = 127 };
        Assert.Equal(1, Choose("cache_aware", 100, Idle, cached));
        Assert.Equal(0, Choose("cache_aware", 100, Idle, cached with { QueuedTokens = 129 }));
    }

    [Fact]
    public void CacheAwareSparesAFullPool() =>
        Assert.Equal(1, Choose("cache_aware", 100, Idle with { FreeTokens = 0, CachedTokens = 32 }, Idle));

    [Fact]
    public void AHotPrefixDoesNotDrownOneReplica()
    {
        IRoutingPolicy policy = RoutingPolicies.Create("cache_aware");
        int[] requests = new int[4];
        for (int i = 0; i < 400; i++)
        {
            Candidate[] candidates =
                [.. requests.Select((count, at) => new Candidate(at == 2 ? 100_000 : 0, count, 0, 1 << 20))];
            requests[policy.Choose(100_001, candidates)]++;
        }
        Assert.InRange(requests[2], 100, (1.25 * 100) + 5);
        Assert.All(requests, count => Assert.InRange(count, 80, 130));
    }

    [Fact]
    public void LeastLoadedCountsRequestsThenTokens()
    {
        Candidate some = Idle with { Requests = 2, QueuedTokens = 9 };
        Assert.Equal(2, Choose("least_loaded", 1, some with { Requests = 3 }, some, some with { QueuedTokens = 8 }));
    }

    private static Candidate Idle => new(0, 0, 0, 1000);

    private static int Choose(string name, int promptTokens, params Candidate[] candidates) =>
        RoutingPolicies.Create(name).Choose(promptTokens, candidates);
}
