using Sgl.Cluster.Bench.Harness;

namespace Sgl.Cluster.Bench.Acceptance;

/// <summary>Something that goes wrong while streams run.</summary>
/// <param name="Strike">Returns when the cluster is as whole as it will be again.</param>
internal sealed record Fault(string Name, string Summary, Func<LocalCluster, Task> Strike)
{
    private static readonly TimeSpan _outage = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _stillness = TimeSpan.FromSeconds(12);

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("none", "nothing", _ => Task.CompletedTask),
        new("kill-replica", "kill -9 of a replica's silo", cluster => cluster.Replicas.First().KillAsync()),
        new("kill-gateway", "kill -9 of a gateway's silo", cluster => cluster.Gateways.First().KillAsync()),
        new("stop-replica", "SIGSTOP of a replica's silo, SIGCONT 12 s later", StopReplicaAsync),
        new("rolling", "SIGTERM and a new start of every silo, one after another", RestartAllAsync),
        new("postgres", "PostgreSQL gone for 20 s", StopPostgresAsync),
    ];

    private static async Task StopReplicaAsync(LocalCluster cluster)
    {
        SiloProcess replica = cluster.Replicas.First();
        await replica.PauseAsync();
        await Task.Delay(_stillness);
        await replica.ResumeAsync();
    }

    private static async Task RestartAllAsync(LocalCluster cluster)
    {
        foreach (SiloProcess silo in cluster.Replicas.Concat(cluster.Gateways))
        {
            await silo.DrainAsync();
            silo.Start();
            await silo.WaitUntilReadyAsync(LocalCluster.Patience);
        }
    }

    private static async Task StopPostgresAsync(LocalCluster cluster)
    {
        await cluster.Postgres.StopAsync();
        await Task.Delay(_outage);
        await cluster.Postgres.StartAsync();
    }
}
