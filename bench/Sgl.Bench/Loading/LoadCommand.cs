using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Sgl.Bench.CommandLine;
using Sgl.Bench.Devices;
using Sgl.Bench.Reporting;
using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;
using Sgl.Engine.Weights;

namespace Sgl.Bench.Loading;

/// <summary>
/// Time from safetensors in the page cache to weights on the device: writes a checkpoint of random numbers in the shape
/// of a config.json, then loads it again and again.
/// </summary>
internal static class LoadCommand
{
    public static Command Command { get; } = new(
        "load",
        "writes a checkpoint of a model's shape and times how long its weights take to the device",
        [
            new("--model-path", "PATH", "llama-3-8b", "a folder with config.json, or llama-3-8b"),
            .. BenchDevice.Flags,
            new("--folder", "PATH", null, "where the checkpoint goes, and stays; else a temporary folder, emptied"),
            new("--shard-gb", "X", "4", "size of a file"),
            new("--runs", "N", "2", "how often it is loaded"),
            new("--result-filename", "PATH", null, "a JSONL file that gets one more line per run"),
        ],
        RunAsync);

    private static async Task<int> RunAsync(FlagValues flags, CancellationToken cancellation)
    {
        string source = ModelFolder.Of(flags);
        ModelConfig config = ModelConfig.Load(source);
        string? kept = flags.TextOrNull("--folder");
        string folder = kept ?? Directory.CreateTempSubdirectory("sgl-load").FullName;
        try
        {
            long start = Stopwatch.GetTimestamp();
            double shard = flags.Number("--shard-gb", 1e-6, 1e6);
            long bytes = CheckpointWriter.Write(folder, ShapeRecorder.TensorsOf(config), (long)(shard * 1e9));
            File.Copy(Path.Combine(source, "config.json"), Path.Combine(folder, "config.json"), overwrite: true);
            double writing = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Console.WriteLine($"{Number(bytes / 1e9)} GB written to {folder} in {Number(writing)} s");
            for (int run = 0; run < flags.Integer("--runs", 1); run++)
            {
                cancellation.ThrowIfCancellationRequested();
                (double opening, double seconds, string device) = Load(flags, folder, config);
                Console.WriteLine(
                    $"{device} opened in {Number(opening)} s; weights loaded in {Number(seconds)} s, "
                    + $"{Number(bytes / 1e9 / seconds)} GB/s");
                JsonObject json = new() { ["bytes"] = bytes, ["seconds"] = seconds, ["device"] = device };
                await ResultFile.WriteAsync(json, flags.TextOrNull("--result-filename"), "--result-filename");
            }
        }
        finally
        {
            if (kept is null)
                Directory.Delete(folder, recursive: true);
        }
        return 0;
    }

    private static (double Opening, double Seconds, string Device) Load(
        FlagValues flags, string folder, ModelConfig config)
    {
        long start = Stopwatch.GetTimestamp();
        using IOps ops = BenchDevice.Open(flags, config);
        double opening = Stopwatch.GetElapsedTime(start).TotalSeconds;
        start = Stopwatch.GetTimestamp();
        using IWeightSource weights = WeightSources.Open(folder, LoadFormat.Auto, config, null);
        ModelCatalog.Build(config, weights, ops);
        // The first step waits for what is still on its way.
        ops.Begin(new Pass { Tokens = [], Positions = [], RopeLengths = [], Slots = [], Sequences = [] });
        return (opening, Stopwatch.GetElapsedTime(start).TotalSeconds, ops.Description);
    }

    private static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
