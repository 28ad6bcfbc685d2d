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

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    public async Task Too_few_retractions_are_a_fault(int least, int exitCode)
    {
        await using StubServer server = new();
        server.On("/generate", Generate);
        // The server counts three from its start, so none comes of the soak.
        Assert.Equal(exitCode, await RunAsync(server, 60, 0, "--min-retractions", $"{least}"));
    }

    [Fact]
    public async Task No_request_is_longer_than_it_may_be()
    {
        List<(int Prompt, int Output)> lengths = [];
        await using StubServer server = new();
        server.On("/generate", body =>
        {
            int output = body["sampling_params"]!["max_new_tokens"]!.GetValue<int>();
            lock (lengths)
                lengths.Add((body["input_ids"]!.AsArray().Count, output));
            return StubAnswer.Generated(1, output);
        });
        Assert.Equal(0, await RunAsync(server, 60, 0, "--max-prompt-len", "60", "--max-output-len", "7"));
        Assert.All(lengths, length => Assert.True(length is { Prompt: > 48 and <= 60, Output: >= 2 and <= 7 }));
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

    private static Task<int> RunAsync(StubServer server, int free, int held, params string[] more)
    {
        server.On("/server_info", _ => new StubAnswer(
            $$"""
            {"vocab_size": 1000, "internal_states": [{
                "num_running_reqs": 0, "num_queue_reqs": 0, "memory_usage": {"token_capacity": 100},
                "free_tokens": {{free}}, "cached_tokens": 40, "held_tokens": {{held}},
                "num_retractions_total": 3
            }]}
            """));
        string[] args =
        [
            "--base-url", server.Url, "--seconds", "0.5", "--streams", "4", "--pid", $"{Environment.ProcessId}",
            .. more,
        ];
        return SoakCommand.Command.Run(FlagValues.Parse(SoakCommand.Command, args), CancellationToken.None);
    }
}
