using System.Text;
using Sgl.Client;
using Sgl.Cluster.Bench.Acceptance;
using Sgl.Cluster.Bench.Harness;
using Sgl.Grains.Abstractions;

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
            Gateways = 2,
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
        await replicas[2].ResumeAsync();

        string[] right = await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => AskAsync(cluster, seed)));
        Task<string[]> disturbed = Task.WhenAll(Enumerable.Range(0, 4).Select(seed => AskAsync(cluster, seed)));
        await AssertExactAsync("kill a gateway", _ => cluster.Gateways.First().KillAsync());
        Assert.Equal(right, await disturbed);

        async Task AssertExactAsync(string name, Func<LocalCluster, Task> strike)
        {
            StreamReport report = await RunAsync(cluster, name, strike);
            Assert.Empty(report.Cut);
            Assert.Empty(report.Wrong(undisturbed));
            Assert.InRange(report.Streams.Length, _cases.Length, int.MaxValue);
        }
    }

    /// <summary>As a .NET program does.</summary>
    private static async Task<string> AskAsync(LocalCluster cluster, int seed)
    {
        await using SglClient client = await SglClient.ConnectAsync(
            cluster.Postgres.Connection, "sgl-tiny", Path.GetFileName(cluster.Folder));
        CallOptions options = new() { MaxTokens = 900, IgnoreEos = true, Temperature = 1, Seed = seed };
        StringBuilder text = new();
        await foreach (AnswerPart part in client.GenerateAsync(new GenerateCall { Text = "Once", Options = options }))
            text.Append(part.Text);
        return text.ToString();
    }

    private static Task<StreamReport> RunAsync(LocalCluster cluster, string name, Func<LocalCluster, Task> strike) =>
        StreamRun.RunAsync(cluster, _cases, Concurrency, new Fault(name, name, strike));
}
