using System.Text.Json.Nodes;
using Sgl.Engine.Requests;
using Sgl.Gateway.Requests;
using Sgl.Gateway.Tests.Support;

namespace Sgl.Gateway.Tests.Endpoints;

public sealed class CompletionsTests
{
    private const string Path = "/v1/completions";
    private const string Text = " upon a time there was a king";

    private static readonly int[] _output = TestServer.Tokenizer.Encode(Text, false);
    private static readonly int _promptTokens = TestServer.Tokenizer.Encode("Once", true).Length;

    [Fact]
    public async Task AnAnswerHasOpenAIsShape()
    {
        FakeBackend backend = FakeBackend.Saying(_output);
        await using TestServer server = await TestServer.StartAsync(backend);
        JsonNode answer = await server.AskAsync(Path, """{"model": "any", "prompt": "Once", "seed": 3}""");
        Assert.StartsWith("cmpl-", (string)answer["id"]!);
        Assert.Equal("text_completion", (string)answer["object"]!);
        Assert.Equal("any", (string)answer["model"]!);
        Assert.True((long)answer["created"]! > 1_700_000_000);
        JsonNode choice = Assert.Single(answer["choices"]!.AsArray())!;
        Assert.Equal($$"""
            {"index":0,"text":"{{Text}}","logprobs":null,"finish_reason":"length","matched_stop":null}
            """, choice.ToJsonString());
        JsonNode usage = answer["usage"]!;
        Assert.Equal(_promptTokens, (int)usage["prompt_tokens"]!);
        Assert.Equal(_output.Length, (int)usage["completion_tokens"]!);
        Assert.Equal(_promptTokens + _output.Length, (int)usage["total_tokens"]!);
        Assert.True(usage.AsObject().ContainsKey("prompt_tokens_details") && usage["prompt_tokens_details"] is null);
        GenerateRequest request = Assert.Single(backend.Requests);
        Assert.Equal((16, 1f, 3ul), (request.Sampling.MaxNewTokens, request.Sampling.Temperature, request.Seed));
        Assert.Equal(request.Id, (string)answer["id"]!);
    }

    [Theory]
    [InlineData("\"Once\"", 1)]
    [InlineData("[\"Once\", \"Twice\"]", 2)]
    [InlineData("[5, 6]", 1)]
    [InlineData("[[5, 6], [7]]", 2)]
    public async Task PromptsOfEveryKindHaveTheirChoicesInOrder(string prompt, int prompts)
    {
        FakeBackend backend = FakeBackend.Saying(_output);
        await using TestServer server = await TestServer.StartAsync(backend);
        JsonNode answer = await server.AskAsync(Path, $$"""{"prompt": {{prompt}}, "n": 2, "best_of": 2}""");
        JsonArray choices = answer["choices"]!.AsArray();
        Assert.Equal(Enumerable.Range(0, 2 * prompts), choices.Select(choice => (int)choice!["index"]!));
        int once = backend.Requests.DistinctBy(request => request.Prompt.Span[0]).Sum(request => request.Prompt.Length);
        Assert.Equal(once, (int)answer["usage"]!["prompt_tokens"]!);
        Assert.Equal(2 * prompts * _output.Length, (int)answer["usage"]!["completion_tokens"]!);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EchoPutsThePromptInFront(bool ids)
    {
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(_output));
        string prompt = ids ? $"[{string.Join(',', TestServer.Tokenizer.Encode("Once", true))}]" : "\"Once\"";
        JsonNode answer = await server.AskAsync(Path, $$"""{"prompt": {{prompt}}, "echo": true}""");
        Assert.Equal("Once" + Text, (string)answer["choices"]![0]!["text"]!);
        JsonNode[] events = await server.StreamAsync(
            Path, $$"""{"prompt": {{prompt}}, "echo": true, "stream": true}""");
        Assert.StartsWith("Once", (string)events[0]["choices"]![0]!["text"]!);
        Assert.Equal("Once" + Text, Joined(events, 0));
    }

    [Fact]
    public async Task EchoWithoutNewTokensIsThePromptAlone()
    {
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(_output));
        JsonNode answer = await server.AskAsync(
            Path, """{"prompt": "Once", "echo": true, "max_tokens": 0, "logprobs": 1}""");
        JsonNode choice = answer["choices"]![0]!;
        Assert.Equal(("Once", "length"), ((string)choice["text"]!, (string)choice["finish_reason"]!));
        Assert.Equal(_promptTokens, choice["logprobs"]!["tokens"]!.AsArray().Count);
        JsonNode[] events = await server.StreamAsync(
            Path, """{"prompt": "Once", "echo": true, "max_tokens": 0, "stream": true}""");
        Assert.Equal("Once", Joined(events, 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task LogprobsTellTokensAndWhereTheyBegin(int top)
    {
        int[] output = TestServer.Tokenizer.Encode(" a 😊 b", false);
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(output));
        JsonNode logprobs = (await server.AskAsync(
            Path, $$"""{"prompt": "Once", "logprobs": {{top}}}"""))["choices"]![0]!["logprobs"]!;
        Assert.Equal(output.Length, logprobs["tokens"]!.AsArray().Count);
        Assert.All(logprobs["token_logprobs"]!.AsArray(), logprob => Assert.Equal(-0.5f, (float)logprob!));
        Assert.All(
            logprobs["top_logprobs"]!.AsArray(), entry => Assert.Equal(top > 0, entry is JsonObject { Count: > 0 }));
        int[] offsets = [.. logprobs["text_offset"]!.AsArray().Select(offset => (int)offset!)];
        for (int i = 0; i < output.Length; i++)
        {
            // Characters as Python counts them; half a character has not begun a new one.
            string before = TestServer.Tokenizer.Decode(output.AsSpan(0, i), true);
            Assert.Equal(before.EnumerateRunes().Count(), offsets[i]);
        }
    }

    [Fact]
    public async Task EchoWithLogprobsCoversThePromptWhoseFirstTokenHasNone()
    {
        FakeBackend backend = FakeBackend.Saying(_output);
        await using TestServer server = await TestServer.StartAsync(backend);
        JsonNode logprobs = (await server.AskAsync(
            Path, """{"prompt": "Once there", "logprobs": 2, "echo": true}"""))["choices"]![0]!["logprobs"]!;
        int prompt = Assert.Single(backend.Requests).Prompt.Length;
        Assert.Equal(prompt + _output.Length, logprobs["tokens"]!.AsArray().Count);
        Assert.Equal("Once there" + Text, string.Concat(logprobs["tokens"]!.AsArray().Select(token => (string)token!)));
        Assert.Null(logprobs["token_logprobs"]![0]);
        Assert.Null(logprobs["top_logprobs"]![0]);
        Assert.All(logprobs["top_logprobs"]!.AsArray().Skip(1), entry => Assert.IsType<JsonObject>(entry));
        Assert.Equal("Once there".Length, (int)logprobs["text_offset"]![prompt]!);
    }

    [Fact]
    public async Task AStreamSendsDeltasWithEveryTokensLogprobs()
    {
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(_output));
        JsonNode[] events = await server.StreamAsync(Path, """{"prompt": "Once", "stream": true, "logprobs": 1}""");
        Assert.Equal(Text, Joined(events, 0));
        Assert.Equal(_output.Length, events.Sum(item => item["choices"]![0]!["logprobs"]!["tokens"]!.AsArray().Count));
        Assert.Single(events.Select(item => (string)item["id"]!).Distinct());
        Assert.Single(events, item => item["choices"]![0]!["finish_reason"] is not null);
        Assert.Equal("length", (string)events[^1]["choices"]![0]!["finish_reason"]!);
    }

    [Fact]
    public async Task AStreamOfSeveralChoicesEndsEachOnceAndTellsTheUsageLast()
    {
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(_output));
        JsonNode[] events = await server.StreamAsync(Path, """
            {"prompt": ["Once", "Once"], "n": 2, "stream": true, "stream_options": {"include_usage": true}}
            """);
        Assert.Empty(events[^1]["choices"]!.AsArray());
        Assert.Equal(2 * _promptTokens, (int)events[^1]["usage"]!["prompt_tokens"]!);
        Assert.Equal(4 * _output.Length, (int)events[^1]["usage"]!["completion_tokens"]!);
        Assert.All(events[..^1], item => Assert.True(item.AsObject().ContainsKey("usage") && item["usage"] is null));
        for (int i = 0; i < 4; i++)
            Assert.Equal(Text, Joined(events[..^1], i));
        Assert.Equal([0, 1, 2, 3], events[..^1].Select(item => item["choices"]![0]!)
            .Where(choice => choice["finish_reason"] is not null).Select(choice => (int)choice["index"]!).Order());
    }

    [Fact]
    public async Task WithoutBeingAskedAStreamHasNoUsage()
    {
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(_output));
        JsonNode[] events = await server.StreamAsync(Path, """{"prompt": "Once", "stream": true}""");
        Assert.All(events, item => Assert.False(item.AsObject().ContainsKey("usage")));
        JsonNode[] continuous = await server.StreamAsync(
            Path, """{"prompt": "Once", "stream": true, "stream_options": {"continuous_usage_stats": true}}""");
        Assert.All(continuous, item => Assert.Equal(_promptTokens, (int)item["usage"]!["prompt_tokens"]!));
    }

    [Fact]
    public async Task SglangsOwnFieldsReachTheBackend()
    {
        FakeBackend backend = FakeBackend.Saying(_output);
        await using TestServer server = await TestServer.StartAsync(backend);
        await server.AskAsync(Path, """
            {"prompt": "Once", "max_tokens": 9, "min_tokens": 2, "top_k": 4, "min_p": 0.1, "repetition_penalty": 1.2,
             "ignore_eos": true, "stop_token_ids": [7], "skip_special_tokens": false, "no_stop_trim": true, "user": "u",
             "logit_bias": {"9": 2}, "frequency_penalty": 0.5, "presence_penalty": 0.25, "rid": "mine"}
            """);
        GenerateRequest request = Assert.Single(backend.Requests);
        SamplingParams sampling = request.Sampling;
        Assert.Equal(("mine", 9, 2, 4, 0.1f), (request.Id, sampling.MaxNewTokens, sampling.MinNewTokens, sampling.TopK,
            sampling.MinP));
        Assert.Equal((1.2f, true, 0.5f, 0.25f), (sampling.RepetitionPenalty, sampling.IgnoreEos,
            sampling.FrequencyPenalty, sampling.PresencePenalty));
        Assert.Equal([7], sampling.StopTokens);
        Assert.Equal(2f, sampling.LogitBias[9]);
    }

    [Fact]
    public async Task MaxTokensWithinTheContextIsCutToWhatThePromptLeaves()
    {
        FakeBackend backend = FakeBackend.Saying(_output);
        await using TestServer server = await TestServer.StartAsync(backend);
        await server.AskAsync(Path, """{"prompt": [1, 2, 3], "max_tokens": 256}""");
        Assert.Equal(253, Assert.Single(backend.Requests).Sampling.MaxNewTokens);
    }

    [Fact]
    public async Task TheModelsGenerationConfigFillsWhatIsLeftOut()
    {
        FakeBackend backend = FakeBackend.Saying(_output);
        await using TestServer server = await TestServer.StartAsync(
            backend, defaults: new SamplingDefaults { Temperature = 0.6f, TopP = 0.9f, TopK = 20 });
        await server.AskAsync(Path, """{"prompt": "Once", "top_p": 0.5}""");
        await server.AskAsync("/generate", """{"text": "Once"}""");
        SamplingParams[] sampling = [.. backend.Requests.Select(request => request.Sampling)];
        Assert.Equal((0.6f, 0.5f, 20), (sampling[0].Temperature, sampling[0].TopP, sampling[0].TopK));
        Assert.Equal((1f, 1f, 0), (sampling[1].Temperature, sampling[1].TopP, sampling[1].TopK));
    }

    [Fact]
    public async Task TheCacheReportIsGivenWhenTheServerIsToldTo()
    {
        FakeBackend backend = new((request, stop) =>
            (Script.Tokens(_output) with { CachedTokens = 3 }).RunAsync(request, stop));
        await using TestServer server = await TestServer.StartAsync(
            backend, options => options with { EnableCacheReport = true });
        JsonNode answer = await server.AskAsync(Path, """{"prompt": "Once", "n": 2}""");
        Assert.Equal(3, (int)answer["usage"]!["prompt_tokens_details"]!["cached_tokens"]!);
    }

    private static string Joined(JsonNode[] events, int index) => string.Concat(events
        .Select(item => item["choices"]![0]!).Where(choice => (int)choice["index"]! == index)
        .Select(choice => (string)choice["text"]!));
}
