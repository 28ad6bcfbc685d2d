using System.Globalization;
using System.Text.Json.Nodes;
using Sgl.Bench.CommandLine;
using Sgl.Bench.Devices;
using Sgl.Bench.Reporting;
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
            .. ModelFolder.Flags,
            .. BenchDevice.Flags,
            new("--batch-size", "N ...", "1", "sequences at a time"),
            new("--input-len", "N ...", "1024", "prompt tokens of each"),
            new("--output-len", "N ...", "16", "output tokens of each"),
            new("--run-name", "NAME", "default", "stands in the results"),
            new("--result-filename", "PATH", null, "a JSONL file that gets one more line per batch"),
        ],
        RunAsync);

    private static async Task<int> RunAsync(FlagValues flags, CancellationToken cancellation)
    {
        string folder = ModelFolder.Of(flags);
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

        MachineRates rates = BenchDevice.Measure(flags, config);
        (List<OneBatchTimes> results, ModelCost cost) = Measure(flags, config, shapes, cancellation);
        Console.WriteLine($"The machine {rates}; of floor: the part of the speed that reading or products allow.");
        Console.WriteLine(Table(results, cost, rates));
        foreach (OneBatchTimes times in results)
        {
            JsonObject json = times.ToJson(flags.Text("--run-name"), cost, rates);
            await ResultFile.WriteAsync(json, flags.TextOrNull("--result-filename"), "--result-filename");
        }
        return 0;
    }

    private static (List<OneBatchTimes> Results, ModelCost Cost) Measure(
        FlagValues flags,
        ModelConfig config,
        (int Batch, int Input, int Output)[] shapes,
        CancellationToken cancellation)
    {
        using IOps ops = BenchDevice.Open(flags, config);
        using IWeightSource weights = OpenWeights(ModelFolder.Of(flags), ModelFolder.Format(flags), config);
        ICausalModel model = ModelCatalog.Build(config, weights, ops);
        StaticBatch batches = new(model, ops, shapes.Max(shape => shape.Batch * (shape.Input + shape.Output)));
        Console.Error.WriteLine($"{config.Architecture} on {ops.Description}");
        double kvBytes = model.KvWidths.Sum(width => 2.0 * width) * (ops.ActivationType == DataType.Float32 ? 4 : 2);
        int elementBytes = BenchDevice.ElementBytes(flags, config);
        ModelCost cost = ModelCost.Of(config, ops.LoadedBytes, elementBytes, kvBytes);

        List<OneBatchTimes> results = [];
        using ProgressBar progress = ProgressBar.OnStandardError("one-batch", shapes.Length);
        foreach ((int batch, int input, int output) in shapes)
        {
            // The first steps of a shape pay for compiling, for choosing products and for pages that were not touched.
            batches.Run(batch, input, Math.Min(output, WarmupOutputTokens), cancellation);
            results.Add(batches.Run(batch, input, output, cancellation));
            progress.Report(results.Count, "batches");
        }
        return (results, cost);
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

    private static Table Table(IEnumerable<OneBatchTimes> results, ModelCost cost, MachineRates rates)
    {
        Table table = new(
            "batch x input + output",
            "prefill ms", "prefill tok/s", "of floor", "decode ms", "decode tok/s", "of floor", "total s",
            "total tok/s");
        foreach (OneBatchTimes times in results)
        {
            table.Add(
                $"{times.Batch} x {times.InputLength} + {times.OutputLength}",
                Number(1000 * times.PrefillSeconds),
                Number(times.PrefillThroughput),
                Number(times.PrefillOfFloor(cost, rates)),
                Number(1000 * times.MedianDecodeSeconds),
                Number(times.MedianDecodeThroughput),
                Number(times.DecodeOfFloor(cost, rates)),
                Number(times.TotalSeconds),
                Number(times.TotalThroughput));
        }
        return table;
    }

    private static string Number(double? value) => value?.ToString("0.00", CultureInfo.InvariantCulture) ?? "-";
}
