using Sgl.Cluster.Bench.Routing;

namespace Sgl.Cluster.Tests.Routing;

public sealed class ConversationsTests
{
    [Theory]
    [InlineData(65536, 0.95)]
    [InlineData(16384, 0.9)]
    public void CacheAwareFindsWhatOneIdealCacheWouldHave(int pool, double least)
    {
        Conversations load = Run("cache_aware", pool);
        Assert.InRange((double)load.CachedTokens / load.IdealTokens, least, 1);
    }

    [Theory]
    [InlineData("least_loaded")]
    [InlineData("round_robin")]
    [InlineData("random")]
    public void WhoDoesNotLookAtPrefixesFindsLess(string policy)
    {
        Conversations load = Run(policy, 65536);
        Assert.InRange((double)load.CachedTokens / load.IdealTokens, 0.2, 0.8);
    }

    private static Conversations Run(string policy, int pool)
    {
        Conversations load = new(policy, replicas: 4, pool, seed: 7);
        load.Run(conversations: 64, turns: 6);
        Assert.InRange(load.PromptTokens, 200_000, 400_000);
        return load;
    }
}
