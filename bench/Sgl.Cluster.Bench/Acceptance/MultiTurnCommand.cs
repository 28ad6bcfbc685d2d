using System.Globalization;
using Sgl.Bench.CommandLine;
using Sgl.Bench.Http;
using Sgl.Bench.Reporting;
using Sgl.Cluster.Bench.Harness;
using Sgl.Grains.Routing;

namespace Sgl.Cluster.Bench.Acceptance;

/// <summary>Conversations over real replicas: the prompt tokens that each routing policy finds cached.</summary>
internal static class MultiTurnCommand
{
    public static Command Command { get; } = new(
        "multi-turn",
        "prompt tokens that each routing policy finds cached, on a cluster of processes",
        [
            .. ClusterFlags.All,
            new("--policies", "NAME ...", string.Join(' ', RoutingPolicies.Names), "which"),
            new("--gateways", "N", "1", "gateway silos; conversations change between them"),
            new("--replicas", "N", "4", "replica silos, one replica each"),
            new("--conversations", "N", "64", "at the same time"),
            new("--turns", "N", "6", "of each"),
        ],
        (flags, cancellation) => RunAsync(flags, Console.Out, cancellation));

    private static async Task<int> RunAsync(FlagValues flags, TextWriter output, CancellationToken cancellation)
    {
        Table table = new("policy", "prompt tokens", "cached", "of one ideal cache", "failed", "all answered after");
        int failed = 0;
        foreach (string policy in flags.Texts("--policies"))
        {
            ClusterShape shape = ClusterFlags.Shape(flags) with
            {
                Gateways = flags.Integer("--gateways", 1),
                Replicas = flags.Integer("--replicas", 1),
                SiloFlags = ["--routing-policy", policy],
            };
            await using LocalCluster cluster = await LocalCluster.StartAsync(shape);
            await cluster.WaitForReplicasAsync(shape.Replicas, cancellation);
            MultiTurnLoad load = new([.. cluster.Gateways.Select(gateway => new ServerClient(gateway.Url))]);
            await load.RunAsync(flags.Integer("--conversations", 1), flags.Integer("--turns", 1), cancellation);
            failed += load.Failed;
            table.Add(
                policy, $"{load.PromptTokens}", $"{load.CachedTokens}",
                ((double)load.CachedTokens / load.IdealTokens).ToString("0.0 %", CultureInfo.InvariantCulture),
                $"{load.Failed}", load.Seconds.ToString("0.0 s", CultureInfo.InvariantCulture));
        }
        await output.WriteLineAsync(table.ToString());
        return failed == 0 ? 0 : 1;
    }
}
