using Sgl.Engine.Requests;
using Sgl.Grains.Tests.Support;

namespace Sgl.Grains.Tests.Streams;

/// <summary>Whatever happens to a replica, its streams end with the tokens that they would have had.</summary>
public sealed class FailoverTests
{
    private const int Tokens = 60;

    [Fact]
    public async Task StreamsOfAKilledSiloGoOn()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3, Slow);
        await cluster.ReadyAsync(3);
        Task<Output>[] all = [.. Enumerable.Range(0, 12).Select(
            i => Output.OfAsync(cluster.Backend, Output.Request(i, Tokens)))];
        await Eventually.IsTrueAsync(() => cluster.Replicas.Loads.Sum(load => load.GeneratedTokensTotal) > 100);
        await cluster.KillAsync(cluster.Busy());
        await AssertAllAsync(all);
        Assert.True(cluster.Replicas.MovedTotal > 0);
    }

    [Fact]
    public async Task ADrainedSilosStreamsMoveAtOnceAndNothingNewGoesThere()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2, Slow);
        await cluster.ReadyAsync(2);
        Task<Output>[] all = [.. Enumerable.Range(0, 6).Select(
            i => Output.OfAsync(cluster.Backend, Output.Request(i, Tokens)))];
        await Eventually.IsTrueAsync(() => cluster.Silos.All(silo => cluster.On(silo).StreamCount > 0));
        cluster.On(cluster.Silos[1]).Drain();
        await Eventually.IsTrueAsync(() => cluster.On(cluster.Silos[1]).StreamCount == 0);
        await AssertAllAsync(all);
        Assert.Equal(3, cluster.Replicas.MovedTotal);
        await Output.OfAsync(cluster.Backend, Output.Request(7, 3));
        Assert.Equal(0, cluster.On(cluster.Silos[1]).StreamCount);
    }

    [Fact]
    public async Task TheOnlyReplicaFinishesItsStreamsWhenItDrains()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1, Slow);
        await cluster.ReadyAsync(1);
        Task<Output> one = Output.OfAsync(cluster.Backend, Output.Request(0, Tokens));
        await Eventually.IsTrueAsync(() => cluster.On(cluster.Silos[0]).StreamCount > 0);
        cluster.On(cluster.Silos[0]).Drain();
        await AssertAllAsync([one]);
        Assert.Equal(0, cluster.Replicas.MovedTotal);
    }

    [Fact]
    public async Task AFailedStepIsRepeatedElsewhere()
    {
        int failures = 0;
        await using TestCluster cluster = await TestCluster.StartAsync(2, () => new FakeEngine
        {
            BeforeToken = (_, position, stop) => position == 20 && Interlocked.Increment(ref failures) == 1
                ? throw new InvalidOperationException("The step failed.") : Slowly(null!, 0, stop),
        });
        await cluster.ReadyAsync(2);
        Output output = await Output.OfAsync(cluster.Backend, Output.Request(1, Tokens));
        Assert.Equal(FakeEngine.Expected(Output.Request(1, Tokens)), output.Tokens);
        Assert.Equal(1, cluster.Replicas.MovedTotal);
    }

    [Fact]
    public async Task ARequestThatFailsEverywhereIsGivenUp()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2, () => new FakeEngine
        {
            BeforeToken = (_, position, _) =>
                position == 5 ? throw new InvalidOperationException("No engine can do that.") : Task.CompletedTask,
        });
        await cluster.ReadyAsync(2);
        Output output = await Output.OfAsync(cluster.Backend, Output.Request(1, Tokens));
        Assert.Equal(5, output.Tokens.Length);
        Assert.Equal(FinishReason.Aborted("No engine can do that."), output.Finish);
    }

    [Fact]
    public async Task AClientThatGoesAwayFreesItsPlaceAtOnce()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1, Slow);
        await cluster.ReadyAsync(1);
        using CancellationTokenSource gone = new();
        Task<Output> one = Output.OfAsync(
            cluster.Backend, Output.Request(1, 4000), tokens => gone.Cancel(), gone.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        await Eventually.IsTrueAsync(() => cluster.On(cluster.Silos[0]).StreamCount == 0);
    }

    [Fact]
    public async Task FullQueuesEverywhereAreTold()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(
            2, () => new FakeEngine { BeforeToken = Slowly, Places = 1 });
        await cluster.ReadyAsync(2);
        Task<Output>[] two = [.. Enumerable.Range(0, 2).Select(
            i => Output.OfAsync(cluster.Backend, Output.Request(i, Tokens)))];
        await Eventually.IsTrueAsync(() => cluster.Silos.All(silo => cluster.On(silo).StreamCount == 1));
        await Assert.ThrowsAsync<QueueFullException>(() => Output.OfAsync(cluster.Backend, Output.Request(3, Tokens)));
        await AssertAllAsync(two);
    }

    [Fact]
    public async Task WithoutAReplicaARequestWaitsOnlySoLong()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(
            1, () => throw new InvalidOperationException("The model cannot be loaded."),
            options: TestCluster.Quick with { HoldTimeout = TimeSpan.FromSeconds(1) });
        EngineStoppedException error = await Assert.ThrowsAsync<EngineStoppedException>(
            () => Output.OfAsync(cluster.Backend, Output.Request(3, Tokens)));
        Assert.Contains("No replica of tiny was ready within 1 s", error.Message);
    }

    private static FakeEngine Slow() => new() { BeforeToken = Slowly };

    private static Task Slowly(GenerateRequest request, int position, CancellationToken stop) => Task.Delay(10, stop);

    private static async Task AssertAllAsync(Task<Output>[] all)
    {
        for (int i = 0; i < all.Length; i++)
        {
            Output output = await all[i];
            Assert.Equal(FakeEngine.Expected(Output.Request(i, Tokens)), output.Tokens);
            Assert.Equal(FinishReason.AtLength(Tokens), output.Finish);
            Assert.Equal(3, output.Cached);
        }
    }
}
