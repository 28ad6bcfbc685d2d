using System.Text.Json.Nodes;
using Sgl.Bench.CommandLine;
using Sgl.Bench.Soak;

namespace Sgl.Bench.Tests.Soak;

public sealed class SoakCommandTests
{
    [Theory]
    [InlineData(60, 0, 0)]
    [InlineData(59, 0, 1)]
    [InlineData(50, 10, 1)]
    public async Task The_verdict_is_of_the_pool(int free, int held, int exitCode)
    {
        await using StubServer server = new();
        server.On("/generate", Generate);
        Assert.Equal(exitCode, await RunAsync(server, free, held));
    }

    [Fact]
    public async Task A_stream_that_brings_too_little_fails()
    {
        await using StubServer server = new();
        server.On("/generate", _ => StubAnswer.Generated(1, 1));
        Assert.Equal(1, await RunAsync(server, free: 60, held: 0));
    }

    private static StubAnswer Generate(JsonObject body) =>
        StubAnswer.Generated(1, body["sampling_params"]!["max_new_tokens"]!.GetValue<int>());

    private static Task<int> RunAsync(StubServer server, int free, int held)
    {
        server.On("/server_info", _ => new StubAnswer(
            $$"""
            {"vocab_size": 1000, "internal_states": [{
                "num_running_reqs": 0, "num_queue_reqs": 0, "memory_usage": {"token_capacity": 100},
                "free_tokens": {{free}}, "cached_tokens": 40, "held_tokens": {{held}}
            }]}
            """));
        string[] args =
        [
            "--base-url", server.Url, "--seconds", "0.5", "--streams", "4", "--pid", $"{Environment.ProcessId}",
        ];
        return SoakCommand.Command.Run(FlagValues.Parse(SoakCommand.Command, args), CancellationToken.None);
    }
}
