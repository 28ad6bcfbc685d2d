using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Sgl.Bench.CommandLine;
using Sgl.Bench.Loading;
using Sgl.Engine.Cpu;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;
using Sgl.Engine.Weights;
using Sgl.TestSupport;

namespace Sgl.Bench.Tests.Loading;

public sealed class LoadCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sgl-load-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task TheCheckpointIsOneThatLoadsAndEveryRunIsTimed()
    {
        string results = Path.Combine(_folder, "results.jsonl"), folder = Path.Combine(_folder, "model");
        string[] args =
        [
            "--model-path", Repository.TinyModel, "--device", "cpu", "--folder", folder, "--shard-gb", "0.004",
            "--runs", "3", "--result-filename", results,
        ];
        Assert.Equal(0, await LoadCommand.Command.Run(
            FlagValues.Parse(LoadCommand.Command, args), CancellationToken.None));
        JsonNode[] lines = [.. File.ReadAllLines(results).Select(line => JsonNode.Parse(line)!)];
        Assert.Equal(3, lines.Length);
        long bytes = lines[0]["bytes"]!.GetValue<long>();
        Assert.All(lines, line => Assert.True(line["seconds"]!.GetValue<double>() > 0));

        string[] shards = Directory.GetFiles(folder, "*.safetensors");
        Assert.InRange(shards.Length, 3, 5);
        Assert.InRange(shards.Sum(shard => new FileInfo(shard).Length), bytes, bytes + 20_000);
        ModelConfig config = ModelConfig.Load(folder);
        using IWeightSource weights = WeightSources.Open(folder, LoadFormat.Auto, config, null);
        using CpuOps ops = new(threads: 1);
        ModelCatalog.Build(config, weights, ops);
        Assert.Equal(bytes, ops.LoadedBytes);
        CheckpointTensor norm = weights.Read("model.norm.weight", config.HiddenSize);
        short[] bits = new short[config.HiddenSize];
        Marshal.Copy(norm.Data.Address, bits, 0, bits.Length);
        Assert.InRange(bits.Max(e => Math.Abs(BitConverter.Int32BitsToSingle(e << 16))), 0.001f, 0.04f);
    }

    [Fact]
    public void AModelOfNothingSaysItsTensors()
    {
        ModelConfig config = ModelConfig.Load(Path.Combine(AppContext.BaseDirectory, "Models", "llama-3-8b"));
        IReadOnlyList<(string Name, int[] Shape)> tensors = ShapeRecorder.TensorsOf(config);
        Assert.Equal(291, tensors.Count);
        Assert.Contains(tensors, t => t.Name == "model.layers.31.mlp.down_proj.weight" && t.Shape is [4096, 14336]);
        Assert.Equal(8_030_261_248, tensors.Sum(t => t.Shape.Aggregate(1L, (product, size) => product * size)));
    }
}
