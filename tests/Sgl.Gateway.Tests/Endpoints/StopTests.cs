using System.Text.Json.Nodes;
using Sgl.Engine.Requests;
using Sgl.Gateway.Tests.Support;

namespace Sgl.Gateway.Tests.Endpoints;

/// <summary>Stop strings and stop tokens, in all three APIs.</summary>
public sealed class StopTests
{
    private static readonly int[] _output = TestServer.Tokenizer.Encode(" one two three four five", false);

    [Theory]
    [InlineData("""["three"]""", false, " one two ", "three")]
    [InlineData("\"o th\"", false, " one tw", "o th")]
    [InlineData("""["nowhere", " f"]""", false, " one two three", " f")]
    [InlineData("\"three\"", true, " one two three", "three")]
    public async Task AStopStringEndsTheTextAndTheRequest(string stop, bool keep, string expected, string matched)
    {
        FakeBackend backend = new((request, stop) =>
            (Script.Tokens(_output) with { Hangs = true }).RunAsync(request, stop));
        await using TestServer server = await TestServer.StartAsync(backend);
        string body = $$$"""
            {"text": "Once", "sampling_params": {"stop": {{{stop}}}, "no_stop_trim": {{{(keep ? "true" : "false")}}}}
            """;
        JsonNode answer = await server.AskAsync("/generate", body + "}");
        Assert.Equal(expected, (string)answer["text"]!);
        JsonNode meta = answer["meta_info"]!;
        Assert.Equal($$"""{"type":"stop","matched":"{{matched}}"}""", meta["finish_reason"]!.ToJsonString());
        // The tokens end with the one that completed the stop string.
        int[] tokens = [.. answer["output_ids"]!.AsArray().Select(token => (int)token!)];
        Assert.Equal(tokens.Length, (int)meta["completion_tokens"]!);
        Assert.Equal(_output[..tokens.Length], tokens);
        Assert.Contains(matched, TestServer.Tokenizer.Decode(tokens, true));
        Assert.DoesNotContain(matched, TestServer.Tokenizer.Decode(tokens.AsSpan(0, tokens.Length - 1), true));

        JsonNode[] events = await server.StreamAsync("/generate", body + """, "stream": true}""");
        Assert.Equal(expected, (string)events[^1]["text"]!);
        Assert.Equal(2, backend.Aborted.Count);
    }

    [Fact]
    public async Task InAStreamNothingIsShownThatMayBecomeAStopString()
    {
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(_output));
        JsonNode[] events = await server.StreamAsync(
            "/v1/completions", """{"prompt": "Once", "stream": true, "stop": ["two three fox", "four"]}""");
        Assert.Equal(
            " one two three ", string.Concat(events.Select(item => (string)item["choices"]![0]!["text"]!)));
        JsonNode last = events[^1]["choices"]![0]!;
        Assert.Equal(("stop", "four"), ((string)last["finish_reason"]!, (string)last["matched_stop"]!));
    }

    [Fact]
    public async Task TokensOfOneChunkBehindTheStopStringAreDroppedWithTheirLogprobs()
    {
        FakeBackend backend = new((request, stop) =>
            (Script.Tokens(_output) with { PerChunk = _output.Length }).RunAsync(request, stop));
        await using TestServer server = await TestServer.StartAsync(backend);
        JsonNode answer = await server.AskAsync(
            "/generate", """{"text": "Once", "return_logprob": true, "sampling_params": {"stop": "two"}}""");
        int tokens = answer["output_ids"]!.AsArray().Count;
        Assert.True(tokens < _output.Length);
        Assert.Equal(tokens, answer["meta_info"]!["output_token_logprobs"]!.AsArray().Count);
    }

    [Theory]
    [InlineData(false, " one two three four five")]
    [InlineData(true, " one two three four five king")]
    public async Task AStopTokenIsHiddenUnlessItIsToBeKept(bool keep, string expected)
    {
        int king = Assert.Single(TestServer.Tokenizer.Encode(" king", false));
        FakeBackend backend = new((request, stop) =>
            (Script.Tokens([.. _output, king]) with { Finish = FinishReason.AtToken(king) }).RunAsync(request, stop));
        await using TestServer server = await TestServer.StartAsync(backend);
        JsonNode answer = await server.AskAsync("/generate", $$$"""
            {"text": "Once", "sampling_params": {"stop_token_ids": [{{{king}}}],
             "no_stop_trim": {{{(keep ? "true" : "false")}}}}}
            """);
        Assert.Equal(expected, (string)answer["text"]!);
        Assert.Equal(king, (int)answer["meta_info"]!["finish_reason"]!["matched"]!);
        Assert.Equal(_output.Length + 1, (int)answer["meta_info"]!["completion_tokens"]!);
    }

    [Fact]
    public async Task EachChoiceStopsForItself()
    {
        FakeBackend backend = new((request, stop) => (request.Id == "x"
            ? Script.Tokens(_output) with { Hangs = true } : Script.Tokens(_output[..2])).RunAsync(request, stop));
        await using TestServer server = await TestServer.StartAsync(backend);
        JsonNode answer = await server.AskAsync(
            "/v1/completions", """{"prompt": "Once", "n": 2, "stop": "four", "rid": "x"}""");
        Assert.Equal(
            ["stop", "length"], answer["choices"]!.AsArray().Select(choice => (string)choice!["finish_reason"]!));
    }

    [Fact]
    public async Task AChatStopsAtItsStringInAStream()
    {
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(_output));
        JsonNode[] events = await server.StreamAsync("/v1/chat/completions", """
            {"messages": [{"role": "user", "content": "?"}], "stop": ["three"], "stream": true}
            """);
        Assert.Equal(
            " one two ", string.Concat(events.Select(item => (string)item["choices"]![0]!["delta"]!["content"]!)));
        Assert.Equal("three", (string)events[^1]["choices"]![0]!["matched_stop"]!);
    }
}
