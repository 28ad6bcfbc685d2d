using System.Text.Json.Nodes;
using Sgl.Bench.CommandLine;
using Sgl.Bench.OneBatch;
using Sgl.Engine.Requests;
using Sgl.TestSupport;

namespace Sgl.Bench.Tests.OneBatch;

public sealed class OneBatchCommandTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("auto")]
    [InlineData("dummy")]
    public async Task Every_shape_gives_a_line(string loadFormat)
    {
        Assert.Equal(0, await RunAsync(
            "--load-format", loadFormat, "--batch", "1", "3", "--input-len", "5", "--output-len", "1", "4",
            "--cpu-threads", "1", "--run-name", "here", "--result", _file));
        JsonNode[] lines = [.. File.ReadAllLines(_file).Select(line => JsonNode.Parse(line)!)];
        (int, int)[] shapes = [.. lines.Select(line => (Count(line, "batch_size"), Count(line, "output_len")))];
        Assert.Equal([(1, 1), (1, 4), (3, 1), (3, 4)], shapes);
        Assert.All(lines, line =>
        {
            Assert.Equal("here", line["run_name"]!.GetValue<string>());
            Assert.True(line["prefill_throughput"]!.GetValue<double>() > 0);
            Assert.True(line["overall_throughput"]!.GetValue<double>() > 0);
            Assert.Equal(Count(line, "output_len") == 1, line["median_decode_latency"] is null);
            Assert.Equal(Count(line, "output_len") == 1, line["decode_of_floor"] is null);
            Assert.True(line["prefill_of_floor"]!.GetValue<double>() > 0);
        });
    }

    [Fact]
    public async Task More_than_the_context_is_refused()
    {
        UserErrorException error = await Assert.ThrowsAsync<UserErrorException>(
            () => RunAsync("--input-len", "2048", "--output-len", "1"));
        Assert.Equal("--input-len 2048, --output-len 1: the model's context is 2048.", error.Message);
    }

    [Fact]
    public void Figures_are_those_of_the_whole_batch()
    {
        OneBatchTimes times = new(4, 100, 3, PrefillSeconds: 2, DecodeSeconds: [0.25, 0.75]);
        Assert.Equal(200, times.PrefillThroughput);
        Assert.Equal((0.5, 8), (times.MedianDecodeSeconds, times.MedianDecodeThroughput));
        Assert.Equal((3, 412 / 3.0), (times.TotalSeconds, times.TotalThroughput));
    }

    private static Task<int> RunAsync(params string[] args) => OneBatchCommand.Command.Run(
        FlagValues.Parse(OneBatchCommand.Command, ["--model-path", Repository.TinyModel, "--device", "cpu", .. args]),
        CancellationToken.None);

    private static int Count(JsonNode line, string name) => line[name]!.GetValue<int>();
}
