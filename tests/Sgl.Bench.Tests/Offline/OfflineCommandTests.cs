using System.Text.Json.Nodes;
using Sgl.Bench.CommandLine;
using Sgl.Bench.Devices;
using Sgl.Bench.Offline;
using Sgl.Bench.Serving;
using Sgl.Engine.Requests;
using Sgl.TestSupport;

namespace Sgl.Bench.Tests.Offline;

public sealed class OfflineCommandTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task EveryRunGivesALineWithAllTokensAndItsPartOfTheFloor()
    {
        Assert.Equal(0, await RunAsync(
            "--num-prompts", "9", "--random-input-len", "12", "--random-output-len", "5", "--random-range-ratio", "0.5",
            "--runs", "2", "--max-total-tokens", "64", "--run-name", "here", "--result", _file));
        JsonNode[] lines = [.. File.ReadAllLines(_file).Select(line => JsonNode.Parse(line)!)];
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line =>
        {
            Assert.Equal("here", line["run_name"]!.GetValue<string>());
            Assert.Equal(9, line["successful_requests"]!.GetValue<int>());
            double seconds = line["total_latency"]!.GetValue<double>();
            long output = line["total_output_tokens"]!.GetValue<long>();
            Assert.InRange(output, 9 * 2, 9 * 5);
            Assert.InRange(line["total_input_tokens"]!.GetValue<long>(), 9 * 6, 9 * 12);
            Assert.Equal(output / seconds, line["output_throughput"]!.GetValue<double>(), 1e-6);
            Assert.True(line["of_floor"]!.GetValue<double>() > 0);
        });
    }

    [Fact]
    public async Task MoreThanTheContextIsRefused()
    {
        UserErrorException error = await Assert.ThrowsAsync<UserErrorException>(
            () => RunAsync("--random-input-len", "2000", "--random-output-len", "49"));
        Assert.Equal("--random-input-len 2000, --random-output-len 49: the model's context is 2048.", error.Message);
    }

    [Fact]
    public async Task AModelThatIsNeitherFolderNorNameIsRefusedWithTheNames()
    {
        UserErrorException error = await Assert.ThrowsAsync<UserErrorException>(() => OfflineCommand.Command.Run(
            FlagValues.Parse(OfflineCommand.Command, ["--model-path", "llama-9"]), CancellationToken.None));
        Assert.Equal("--model-path 'llama-9': expected a model folder, or one of llama-3-8b.", error.Message);
    }

    [Fact]
    public void TheFloorIsAPrefillAndEveryStepOfTheLongest()
    {
        ModelCost cost = new(BodyElements: 100, HeadElements: 0, ElementBytes: 1, KvBytes: 1, FlopPerPair: 0);
        MachineRates reading = new(ReadBytesPerSecond: 1, FlopPerSecond: double.PositiveInfinity);
        ServingRequest[] requests = [new(new int[10], 3, 0), new(new int[20], 2, 0)];
        // Weights once; weights and 11 + 21 tokens; weights and 12.
        Assert.Equal(100 + 132 + 112, OfflineRun.FloorSeconds(cost, reading, requests));
    }

    private static Task<int> RunAsync(params string[] args) => OfflineCommand.Command.Run(
        FlagValues.Parse(OfflineCommand.Command, ["--model-path", Repository.TinyModel, "--device", "cpu", .. args]),
        CancellationToken.None);
}
