using System.Globalization;
using Sgl.Bench.CommandLine;
using Sgl.Bench.Reporting;
using Sgl.Grains.Routing;

namespace Sgl.Cluster.Bench.Routing;

/// <summary>Prints what <see cref="Conversations"/> find cached under each policy.</summary>
internal static class ConversationsCommand
{
    public static Command Command { get; } = new(
        "conversations",
        "prompt tokens that each routing policy finds cached, over simulated replicas",
        [
            new("--replicas", "N", "4", "replicas"),
            new("--conversations", "N", "64", "conversations at the same time"),
            new("--turns", "N", "6", "turns of each"),
            new("--pool-tokens", "N ...", "65536 16384", "sizes of each replica's KV pool"),
        ],
        (flags, _) => Task.FromResult(Run(flags, Console.Out)));

    internal static int Run(FlagValues flags, TextWriter output)
    {
        Table table = new("policy", "pool", "prompt tokens", "cached", "of one ideal cache", "all answered after");
        foreach (int pool in flags.Integers("--pool-tokens", 1024))
        {
            foreach (string policy in RoutingPolicies.Names)
            {
                Conversations load = new(policy, flags.Integer("--replicas", 1), pool, seed: 1);
                load.Run(flags.Integer("--conversations", 1), flags.Integer("--turns", 1));
                double ideal = (double)load.CachedTokens / load.IdealTokens;
                table.Add(
                    policy, $"{pool}", $"{load.PromptTokens}", $"{load.CachedTokens}",
                    ideal.ToString("0.0 %", CultureInfo.InvariantCulture),
                    load.Seconds.ToString("0.0 s", CultureInfo.InvariantCulture));
            }
        }
        output.WriteLine(table);
        return 0;
    }
}
