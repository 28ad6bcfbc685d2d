using Sgl.Bench.CommandLine;
using Sgl.Bench.Devices;
using Sgl.Bench.Reporting;
using Sgl.Bench.Serving;
using Sgl.Engine;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;

namespace Sgl.Bench.Offline;

/// <summary>
/// Throughput of an engine in this process, all requests at once, as bench_offline_throughput measures it.
/// </summary>
internal static class OfflineCommand
{
    private const int WarmupRequests = 16;
    private const int WarmupOutputTokens = 16;

    public static Command Command { get; } = new(
        "offline",
        "all requests at once into an engine in this process: throughput",
        [
            .. ModelFolder.Flags,
            .. BenchDevice.Flags,
            new("--num-prompts", "N", "1000", "how many requests"),
            new("--random-input-len", "N", "1024", "prompt tokens"),
            new("--random-output-len", "N", "1024", "output tokens"),
            new("--random-range-ratio", "R", "0.0", "lengths are uniform in [R * length, length]"),
            new("--seed", "N", "1", "of prompts and lengths"),
            new("--skip-warmup", null, null, "the clock runs from the first request on"),
            new("--runs", "N", "1", "how often all of it is measured, with an empty cache each time"),
            new("--mem-fraction-static", "X", "0.88", "part of the memory for weights and KV pool"),
            new("--max-total-tokens", "N", null, "size of the KV pool; from memory unless set"),
            new("--max-running-requests", "N", null, "most requests that decode together"),
            new("--chunked-prefill-size", "N", null, "prompt tokens of one step"),
            new("--disable-overlap-schedule", null, null, "no step is prepared while another runs"),
            new("--run-name", "NAME", "default", "stands in the results"),
            new("--result-filename", "PATH", null, "a JSONL file that gets one more line per run"),
        ],
        RunAsync);

    private static async Task<int> RunAsync(FlagValues flags, CancellationToken cancellation)
    {
        string folder = ModelFolder.Of(flags);
        ModelConfig config = ModelConfig.Load(folder);
        ServingRequest[] requests = MakeRequests(flags, config);
        MachineRates rates = BenchDevice.Measure(flags, config);
        List<(double Seconds, EngineStatus Before, EngineStatus After)> runs = [];
        EngineOptions options = Options(flags, folder, requests.Length);
        InferenceEngine loaded = InferenceEngine.Load(
            options, Console.Error.WriteLine, openDevice: model => BenchDevice.Open(flags, model));
        await using (InferenceEngine engine = loaded)
        {
            if (!flags.Has("--skip-warmup"))
            {
                ServingRequest[] few = [.. requests.Take(WarmupRequests).Select(request =>
                    request with { OutputLength = Math.Min(request.OutputLength, WarmupOutputTokens) })];
                await new OfflineRun(engine, few).RunAsync(cancellation);
            }
            for (int run = 0; run < flags.Integer("--runs", 1); run++)
            {
                await engine.FlushCacheAsync(cancellation);
                runs.Add(await new OfflineRun(engine, requests).RunAsync(cancellation));
            }
        }
        EngineStatus status = runs[^1].After;
        double kvBytes = (double)status.KvCacheBytes / status.TotalTokens;
        int elementBytes = BenchDevice.ElementBytes(flags, config);
        ModelCost cost = ModelCost.Of(config, status.WeightBytes, elementBytes, kvBytes);
        double floor = OfflineRun.FloorSeconds(cost, rates, requests);
        Console.WriteLine($"The machine {rates}.");
        foreach ((double seconds, EngineStatus before, EngineStatus after) in runs)
        {
            OfflineResult result = new(
                requests.Length,
                seconds,
                floor,
                requests.Sum(request => (long)request.Prompt.Length),
                requests.Sum(request => (long)request.OutputLength),
                after.GenerationThroughput,
                after.HostSeconds - before.HostSeconds,
                after.Steps - before.Steps,
                after.RetractionsTotal - before.RetractionsTotal);
            Console.WriteLine(result);
            await ResultFile.WriteAsync(
                result.ToJson(flags.Text("--run-name"), rates), flags.TextOrNull("--result-filename"),
                "--result-filename");
        }
        return 0;
    }

    private static EngineOptions Options(FlagValues flags, string folder, int requests) => new()
    {
        ModelPath = folder,
        LoadFormat = ModelFolder.Format(flags),
        MemFractionStatic = flags.Number("--mem-fraction-static", 0, 1),
        MaxTotalTokens = flags.IntegerOrNull("--max-total-tokens", 1),
        MaxRunningRequests = flags.IntegerOrNull("--max-running-requests", 1),
        MaxQueuedRequests = Math.Max(requests, EngineOptions.DefaultMaxQueuedRequests),
        ChunkedPrefillSize = flags.IntegerOrNull("--chunked-prefill-size", int.MinValue),
        DisableOverlapSchedule = flags.Has("--disable-overlap-schedule"),
        DeterministicInference = flags.Has("--enable-deterministic-inference"),
    };

    private static ServingRequest[] MakeRequests(FlagValues flags, ModelConfig config)
    {
        int input = flags.Integer("--random-input-len", 1), output = flags.Integer("--random-output-len", 1);
        if (input + output > config.ContextLength)
        {
            throw new UserErrorException(
                $"--random-input-len {input}, --random-output-len {output}: the model's context is "
                + $"{config.ContextLength}.");
        }
        ServingOptions shape = new()
        {
            Backend = "engine",
            NumPrompts = flags.Integer("--num-prompts", 1),
            RequestRate = double.PositiveInfinity,
            MaxConcurrency = null,
            InputLength = input,
            OutputLength = output,
            RangeRatio = flags.Number("--random-range-ratio", 0, 1),
            SharedPrefixLength = 0,
            Seed = flags.Integer("--seed", 0),
            Temperature = 0,
            IgnoreEos = true,
        };
        return shape.MakeRequests(config.VocabularySize);
    }
}
