using Sgl.Cluster.Bench.Acceptance;
using Sgl.Cluster.Bench.Harness;

namespace Sgl.Cluster.Tests.Acceptance;

/// <summary>A few of the faults that bench/Sgl.Cluster.Bench measures at length, on a small cluster.</summary>
public sealed class ProcessTests
{
    private const int Concurrency = 12;

    private static readonly StreamCase[] _cases = StreamCase.Make(24, maxNewTokens: 96);

    [PostgresFact]
    public async Task StreamsEndWithTheirTokensWhenASiloIsKilledStoppedOrDrained()
    {
        ClusterShape shape = new()
        {
            SiloProgram = Path.Combine(AppContext.BaseDirectory, "Sgl.Silo.dll"),
            Gateways = 1,
            Replicas = 3,
        };
        await using LocalCluster cluster = await LocalCluster.StartAsync(shape);
        await cluster.WaitForReplicasAsync(shape.Replicas, CancellationToken.None);
        StreamReport undisturbed = await RunAsync(cluster, "none", _ => Task.CompletedTask);
        Assert.Empty(undisturbed.Cut);

        SiloProcess[] replicas = [.. cluster.Replicas];
        await AssertExactAsync("drain", _ => replicas[0].DrainAsync());
        replicas[0].Start();
        await replicas[0].WaitUntilReadyAsync(LocalCluster.Patience);
        await AssertExactAsync("kill", _ => replicas[1].KillAsync());
        await AssertExactAsync("stop", _ => replicas[2].PauseAsync());

        async Task AssertExactAsync(string name, Func<LocalCluster, Task> strike)
        {
            StreamReport report = await RunAsync(cluster, name, strike);
            Assert.Empty(report.Cut);
            Assert.Empty(report.Wrong(undisturbed));
            Assert.InRange(report.Streams.Length, _cases.Length, int.MaxValue);
        }
    }

    private static Task<StreamReport> RunAsync(LocalCluster cluster, string name, Func<LocalCluster, Task> strike) =>
        StreamRun.RunAsync(cluster, _cases, Concurrency, new Fault(name, name, strike));
}
