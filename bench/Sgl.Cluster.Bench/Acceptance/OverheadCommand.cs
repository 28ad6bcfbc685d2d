using System.Globalization;
using System.Text.Json.Nodes;
using Sgl.Bench.CommandLine;
using Sgl.Bench.Http;
using Sgl.Bench.Metrics;
using Sgl.Bench.Reporting;
using Sgl.Bench.Serving;
using Sgl.Cluster.Bench.Harness;

namespace Sgl.Cluster.Bench.Acceptance;

/// <summary>What the cluster costs: the same load on the single process, on one silo, and on two.</summary>
internal static class OverheadCommand
{
    private static readonly StreamingApi _api = StreamingApi.Find("sglang");

    public static Command Command { get; } = new(
        "overhead",
        "first token and throughput of the cluster beside the single process's",
        [
            .. ClusterFlags.All,
            new("--gateway", "PATH", null, "Sgl.Gateway.dll; else the one beside this program"),
            new("--rounds", "N", "3", "the shapes take turns; the median round counts"),
            new("--num-prompts", "N", "100", "requests of each measurement"),
            new("--max-concurrency", "N", "16", "streams of the throughput's measurement"),
        ],
        (flags, cancellation) => RunAsync(flags, Console.Out, cancellation));

    private static async Task<int> RunAsync(FlagValues flags, TextWriter output, CancellationToken cancellation)
    {
        ClusterShape shape = ClusterFlags.Shape(flags) with { Replicas = 1, ModelFlags = ["--device", "cpu"] };
        string gateway = flags.TextOrNull("--gateway") ?? Path.Combine(AppContext.BaseDirectory, "Sgl.Gateway.dll");
        string folder = Directory.CreateTempSubdirectory("sgl-overhead-").FullName;
        SiloProcess single = new("single", gateway, shape.ModelFlags, shape.FirstPort + 98, folder);
        SiloProcess silo = new("silo", shape.SiloProgram, shape.ModelFlags, shape.FirstPort + 99, folder);
        Dictionary<string, List<(double FirstToken, double Throughput)>> rounds = [];
        for (int round = 0; round < flags.Integer("--rounds", 1); round++)
        {
            foreach (SiloProcess process in (SiloProcess[])[single, silo])
            {
                process.Start();
                await process.WaitUntilReadyAsync(LocalCluster.Patience);
                await MeasureAsync(process.Name, process.Url, rounds, flags, cancellation);
                await process.DrainAsync();
            }
            await using LocalCluster cluster = await LocalCluster.StartAsync(shape);
            await cluster.WaitForReplicasAsync(1, cancellation);
            await MeasureAsync("two silos", cluster.Gateways.First().Url, rounds, flags, cancellation);
        }

        Table table = new("shape", "median first token", "against single", "throughput", "of single");
        (double first, double throughput) = Medians(rounds["single"]);
        foreach ((string name, List<(double, double)> all) in rounds)
        {
            (double own, double ownThroughput) = Medians(all);
            table.Add(
                name, Text(own, "0.00 ms"), Text(own - first, "+0.00 ms;-0.00 ms"), Text(ownThroughput, "0 tok/s"),
                Text(ownThroughput / throughput, "0.0 %"));
        }
        await output.WriteLineAsync(table.ToString());
        return 0;

        static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
    }

    private static async Task MeasureAsync(
        string name, string url, Dictionary<string, List<(double, double)>> rounds, FlagValues flags,
        CancellationToken cancellation)
    {
        using ServerClient server = new(url);
        int count = flags.Integer("--num-prompts", 1);
        // The first pass has everything compiled.
        ServingMetrics metrics = await RunAsync(server, count, 16, 16, cancellation);
        ServingMetrics alone = await RunAsync(server, count, 16, 1, cancellation);
        ServingMetrics many =
            await RunAsync(server, count, 128, flags.Integer("--max-concurrency", 1), cancellation);
        if (metrics.Failed + alone.Failed + many.Failed > 0)
            throw new InvalidOperationException($"{name}: {alone.Failed + many.Failed} requests have failed.");
        if (!rounds.TryGetValue(name, out List<(double, double)>? known))
            rounds[name] = known = [];
        known.Add((alone.Ttft.Median, many.OutputThroughput));
    }

    private static async Task<ServingMetrics> RunAsync(
        ServerClient server, int count, int outputLength, int concurrency, CancellationToken cancellation)
    {
        ServingOptions options = new()
        {
            Backend = "sglang",
            NumPrompts = count,
            RequestRate = double.PositiveInfinity,
            MaxConcurrency = concurrency,
            InputLength = 128,
            OutputLength = outputLength,
            RangeRatio = 1,
            SharedPrefixLength = 0,
            Seed = outputLength + concurrency,
            Temperature = 0,
            IgnoreEos = true,
        };
        ServingRequest[] requests = options.MakeRequests(vocabularySize: 4096);
        await server.FlushCacheAsync(cancellation);
        JsonObject[] bodies = new JsonObject[count];
        for (int i = 0; i < count; i++)
        {
            JsonNode prompt = await _api.PromptAsync(server, requests[i].Prompt, cancellation);
            bodies[i] = _api.Body(prompt, outputLength, "sgl-tiny", options);
        }
        using ProgressBar progress = ProgressBar.OnStandardError("serving", count);
        (RequestTrace[] traces, double seconds) =
            await new ServingRun(server, _api, progress).RunAsync(requests, bodies, concurrency, cancellation);
        return ServingMetrics.Of(traces, seconds);
    }

    private static (double FirstToken, double Throughput) Medians(List<(double FirstToken, double Throughput)> all) => (
        Distribution.Of(all.Select(one => one.FirstToken)).Median,
        Distribution.Of(all.Select(one => one.Throughput)).Median);
}
