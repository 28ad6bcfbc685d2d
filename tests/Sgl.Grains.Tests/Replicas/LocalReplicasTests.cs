using Microsoft.Extensions.Logging.Abstractions;
using Sgl.Grains.Abstractions;
using Sgl.Grains.Replicas;
using Sgl.Grains.Tests.Support;

namespace Sgl.Grains.Tests.Replicas;

public sealed class LocalReplicasTests
{
    [Fact]
    public void EachHasASlotOfItsOwnAndGivesItBack()
    {
        LocalReplicas local = new(Offer(slots: 2));
        Assert.Equal(0, local.Add("m/0", New()));
        Assert.Equal(1, local.Add("m/1", New()));
        Assert.Contains(
            "this silo has 2, 2 are taken",
            Assert.Throws<InvalidOperationException>(() => local.Add("m/2", New())).Message);
        local.Remove("m/0");
        Assert.Equal(0, local.Add("m/3", New()));
    }

    [Fact]
    public void NothingBeginsWhereNoSlotIsOfferedOrTheSiloIsAboutToStop()
    {
        Assert.Throws<InvalidOperationException>(() => new LocalReplicas(null).Add("m/0", New()));
        LocalReplicas local = new(Offer(slots: 2));
        local.Drain();
        Assert.Throws<InvalidOperationException>(() => local.Add("m/0", New()));
    }

    private static Replica New() => new(TestCluster.Quick, NullLogger.Instance);

    private static ReplicaOffer Offer(int slots) => new()
    {
        Model = "m",
        Slots = slots,
        Load = _ => new FakeEngine(),
        Description = new ModelDescription
        {
            Path = "m",
            Architecture = "",
            ModelType = "",
            VocabularySize = 1,
            ContextLength = 1,
            MaxRequestTokens = 1,
            EndTokens = [],
            TextFiles = [],
            Scaling = new ScalingRules(),
        },
    };
}
