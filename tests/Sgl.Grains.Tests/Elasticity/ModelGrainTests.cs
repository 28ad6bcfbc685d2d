using Sgl.Grains.Abstractions;
using Sgl.Grains.Tests.Support;

namespace Sgl.Grains.Tests.Elasticity;

public sealed class ModelGrainTests
{
    [Fact]
    public async Task EverySlotIsFilledAndANewSilosToo()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2, () => new FakeEngine(), slots: 2);
        await cluster.ReadyAsync(4);
        await cluster.AddAsync();
        await cluster.ReadyAsync(6);
        Assert.All(cluster.Replicas.Entries.GroupBy(entry => entry.Silo), silo => Assert.Equal(2, silo.Count()));
    }

    [Fact]
    public async Task FromZeroToOneForTheFirstRequestAndBack()
    {
        ScalingRules scaling = new() { MinReplicas = 0, IdleTime = TimeSpan.FromMilliseconds(500) };
        await using TestCluster cluster = await TestCluster.StartAsync(1, () => new FakeEngine(), scaling: scaling);
        Assert.Empty(cluster.Replicas.Entries);
        Output output = await Output.OfAsync(cluster.Backend, Output.Request(1, 20));
        Assert.Equal(FakeEngine.Expected(Output.Request(1, 20)), output.Tokens);
        await Eventually.IsTrueAsync(() => cluster.Replicas.Entries.Count == 0);
        await Output.OfAsync(cluster.Backend, Output.Request(2, 20));
    }

    [Fact]
    public async Task AReplicaThatCannotBeLoadedIsTriedAgain()
    {
        int loads = 0;
        await using TestCluster cluster = await TestCluster.StartAsync(1, () => Interlocked.Increment(ref loads) == 1
            ? throw new InvalidOperationException("Not yet.") : new FakeEngine());
        await cluster.ReadyAsync(1);
        Assert.Equal(2, loads);
        Assert.Equal("Not yet.", (await cluster.On(cluster.Silos[0]).Failed).Message);
    }
}
