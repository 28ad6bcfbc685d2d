using System.Globalization;
using Sgl.Bench.CommandLine;
using Sgl.Bench.Reporting;
using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;
using Sgl.Engine.Weights;

namespace Sgl.Bench.OneBatch;

/// <summary>
/// Static batches in this process, without a server: what the model alone can do, as bench_one_batch measures.
/// </summary>
internal static class OneBatchCommand
{
    private const int WarmupOutputTokens = 8;

    public static Command Command { get; } = new(
        "one-batch",
        "static batches in this process: prefill and decode latency and throughput",
        [
            new("--model-path", "PATH", null, "a model folder; else the embedded model"),
            new("--load-format", "FORMAT", "auto", "auto, safetensors, or dummy for random weights"),
            new("--batch-size", "N ...", "1", "sequences at a time"),
            new("--input-len", "N ...", "1024", "prompt tokens of each"),
            new("--output-len", "N ...", "16", "output tokens of each"),
            new("--cpu-threads", "N", null, "worker threads; every core unless set"),
            new("--run-name", "NAME", "default", "stands in the results"),
            new("--result-filename", "PATH", null, "a JSONL file that gets one more line per batch"),
        ],
        RunAsync);

    private static async Task<int> RunAsync(FlagValues flags, CancellationToken cancellation)
    {
        string folder = flags.TextOrNull("--model-path") ?? EmbeddedModel.Folder();
        LoadFormat format = Enum.Parse<LoadFormat>(flags.Choice("--load-format", "auto", "safetensors", "dummy"), true);
        (int Batch, int Input, int Output)[] shapes =
        [
            .. from batch in flags.Integers("--batch-size", 1)
               from input in flags.Integers("--input-len", 1)
               from output in flags.Integers("--output-len", 1)
               select (batch, input, output),
        ];
        ModelConfig config = ModelConfig.Load(folder);
        foreach ((_, int input, int output) in shapes)
        {
            if (input + output > config.ContextLength)
            {
                throw new UserErrorException(
                    $"--input-len {input}, --output-len {output}: the model's context is {config.ContextLength}.");
            }
        }

        using IOps ops = new CpuOps(flags.IntegerOrNull("--cpu-threads", 1));
        using IWeightSource weights = OpenWeights(folder, format, config);
        ICausalModel model = ModelCatalog.Build(config, weights, ops);
        StaticBatch batches = new(model, ops, shapes.Max(shape => shape.Batch * (shape.Input + shape.Output)));
        Console.Error.WriteLine($"{config.Architecture} on {ops.Description}");

        // The first steps pay for compiling and for pages that were never touched.
        batches.Run(shapes[0].Batch, shapes[0].Input, Math.Min(shapes[0].Output, WarmupOutputTokens), cancellation);
        List<OneBatchTimes> results = [];
        using (ProgressBar progress = ProgressBar.OnStandardError("one-batch", shapes.Length))
        {
            foreach ((int batch, int input, int output) in shapes)
            {
                results.Add(batches.Run(batch, input, output, cancellation));
                progress.Report(results.Count, "batches");
            }
        }

        Console.WriteLine(Table(results));
        foreach (OneBatchTimes times in results)
        {
            await ResultFile.WriteAsync(
                times.ToJson(flags.Text("--run-name")), flags.TextOrNull("--result-filename"), "--result-filename");
        }
        return 0;
    }

    private static IWeightSource OpenWeights(string folder, LoadFormat format, ModelConfig config)
    {
        ProgressBar? bar = null;
        IWeightSource weights = WeightSources.Open(folder, format, config, (done, total) =>
        {
            bar ??= ProgressBar.OnStandardError("loading (MB)", total / 1e6);
            bar.Report(done / 1e6);
            if (done >= total)
                bar.Dispose();
        });
        return weights;
    }

    private static Table Table(IEnumerable<OneBatchTimes> results)
    {
        Table table = new(
            "batch x input + output",
            "prefill ms", "prefill tok/s", "decode ms", "decode tok/s", "total s", "total tok/s");
        foreach (OneBatchTimes times in results)
        {
            table.Add(
                $"{times.Batch} x {times.InputLength} + {times.OutputLength}",
                Number(1000 * times.PrefillSeconds),
                Number(times.PrefillThroughput),
                Number(1000 * times.MedianDecodeSeconds),
                Number(times.MedianDecodeThroughput),
                Number(times.TotalSeconds),
                Number(times.TotalThroughput));
        }
        return table;
    }

    private static string Number(double? value) => value?.ToString("0.00", CultureInfo.InvariantCulture) ?? "-";
}
