using System.Diagnostics;
using System.Globalization;
using Sgl.Bench.CommandLine;
using Sgl.Bench.Metrics;
using Sgl.Bench.Reporting;
using Sgl.Engine.Cache;
using Sgl.Grains.Abstractions;
using Sgl.Grains.Routing;

namespace Sgl.Cluster.Bench.Routing;

/// <summary>How long a routing decision takes, with the hashing of the prompt before it.</summary>
internal sealed class RoutingBench
{
    private const int Decisions = 20_000;
    private const int Vocabulary = 128_000;

    private readonly int _replicas;
    private readonly int _blocks;
    private readonly Guid _epoch = Guid.NewGuid();
    private readonly Random _random = new(1);
    private readonly Table _table = new("prompt", "known", "hash, median", "p99", "route, median", "p99");

    private RoutingBench(int replicas, int blocks) => (_replicas, _blocks) = (replicas, blocks);

    public static Command Command { get; } = new(
        "routing",
        "how long a routing decision takes",
        [
            new("--replicas", "N", "64", "replicas"),
            new("--blocks", "N", "1000000", "blocks that the index holds of all of them"),
            new("--prompts", "N ...", "2048 8192 32768", "prompt lengths, in tokens"),
        ],
        (flags, _) => Task.FromResult(Run(flags, Console.Out)));

    internal static int Run(FlagValues flags, TextWriter output)
    {
        RoutingBench bench = new(flags.Integer("--replicas", 1), flags.Integer("--blocks", 1));
        foreach (int tokens in flags.Integers("--prompts", PrefixBlocks.Size))
        {
            bench.Measure(tokens, shared: 0, "nothing");
            bench.Measure(tokens, shared: 0.5, "one has all, everyone else half");
            bench.Measure(tokens, shared: 0.99, "one has all, everyone else nearly all");
        }
        output.WriteLine(bench._table);
        return 0;
    }

    /// <param name="shared">Part of each prompt that all prompts begin with; 0: the prompts are unknown.</param>
    private void Measure(int tokens, double shared, string known)
    {
        Router router = new(RoutingPolicies.Create("cache_aware"), TimeProvider.System);
        int common = (int)(tokens * shared);
        int[] prefix = Tokens(common);
        List<int[]> prompts = [];
        long indexed = 0;
        for (int i = 0; i < _replicas; i++)
            indexed += Fill(router, i, tokens, prefix, prompts);
        if (shared == 0)
            prompts = [.. Enumerable.Range(0, 200).Select(_ => Tokens(tokens))];

        double[] hashing = new double[Decisions];
        double[] routing = new double[Decisions];
        // The first half has everything compiled and the dictionaries grown.
        for (int i = -Decisions; i < Decisions; i++)
        {
            int[] prompt = prompts[_random.Next(prompts.Count)];
            long start = Stopwatch.GetTimestamp();
            ulong[] blocks = PrefixBlocks.Of(0, prompt);
            long hashed = Stopwatch.GetTimestamp();
            RouteLease lease = router.Route(blocks, prompt.Length)!;
            long routed = Stopwatch.GetTimestamp();
            lease.Dispose();
            if (i < 0)
                continue;
            hashing[i] = Stopwatch.GetElapsedTime(start, hashed).TotalMicroseconds;
            routing[i] = Stopwatch.GetElapsedTime(hashed, routed).TotalMicroseconds;
        }
        Report($"{tokens} tokens", $"{known} ({indexed / 1e6:0.00} M blocks)", hashing, routing);
    }

    /// <summary>Has a replica say that it is well and what it holds; returns how many blocks that is.</summary>
    private int Fill(Router router, int index, int tokens, int[] prefix, List<int[]> prompts)
    {
        string id = index.ToString(CultureInfo.InvariantCulture);
        HashSet<ulong> held = [];
        while (held.Count < _blocks / _replicas)
        {
            int[] prompt = [.. prefix, .. Tokens(tokens - prefix.Length)];
            held.UnionWith(PrefixBlocks.Of(0, prompt));
            if (prompts.Count < 10 * (index + 1))
                prompts.Add(prompt);
        }
        router.OnLoad(id, _epoch, new ReplicaLoad
        {
            State = ReplicaState.Ready,
            RunningRequests = _random.Next(8),
            FreeTokens = 1 << 20,
        });
        router.OnSnapshot(id, _epoch, new CacheSnapshot(0, [.. held]));
        return held.Count;
    }

    private int[] Tokens(int count)
    {
        int[] tokens = new int[count];
        for (int i = 0; i < count; i++)
            tokens[i] = _random.Next(Vocabulary);
        return tokens;
    }

    private void Report(string prompt, string known, double[] hashing, double[] routing)
    {
        Distribution hash = Distribution.Of(hashing);
        Distribution route = Distribution.Of(routing);
        _table.Add(prompt, known, Time(hash.Median), Time(hash.P99), Time(route.Median), Time(route.P99));

        static string Time(double us) => string.Create(CultureInfo.InvariantCulture, $"{us:0.0} us");
    }
}
