using System.Net;
using System.Text.Json.Nodes;
using Sgl.Engine.Requests;
using Sgl.Gateway.Tests.Support;

namespace Sgl.Gateway.Tests.Endpoints;

public sealed class GenerateTests
{
    private static readonly int[] _output = TestServer.Tokenizer.Encode(" upon a time there was a king", false);

    [Fact]
    public async Task ATextIsAnsweredByAnObjectWithTextAndMetaInfo()
    {
        FakeBackend backend = FakeBackend.Saying(_output);
        await using TestServer server = await TestServer.StartAsync(backend);
        JsonNode answer = await server.AskAsync("/generate", """{"text": "Once", "rid": "r1"}""");

        Assert.Equal(" upon a time there was a king", (string)answer["text"]!);
        Assert.Equal(_output, answer["output_ids"]!.AsArray().Select(id => (int)id!));
        JsonNode meta = answer["meta_info"]!;
        int[] prompt = TestServer.Tokenizer.Encode("Once", true);
        Assert.Equal("r1", (string)meta["id"]!);
        Assert.Equal(prompt.Length, (int)meta["prompt_tokens"]!);
        Assert.Equal(_output.Length, (int)meta["completion_tokens"]!);
        Assert.Equal(_output.Length, (int)meta["completion_tokens_wo_jump_forward"]!);
        Assert.Equal($$"""{"type":"length","length":{{_output.Length}}}""", meta["finish_reason"]!.ToJsonString());
        foreach (
            string key in new[] { "cached_tokens", "reasoning_tokens", "num_retractions", "queue_time", "e2e_latency" })
            Assert.True((double)meta[key]! >= 0, key);
        Assert.Equal("default", (string)meta["weight_version"]!);
        Assert.Null(answer["index"]);
        Assert.Equal(prompt, Assert.Single(backend.Requests).Prompt.ToArray());
    }

    [Fact]
    public async Task WhatIsLeftOutOrNullIsSglangsDefault()
    {
        FakeBackend backend = FakeBackend.Saying(_output);
        await using TestServer server = await TestServer.StartAsync(backend);
        await server.AskAsync("/generate", """{"input_ids": [1, 2]}""");
        await server.AskAsync("/generate", """
            {"text": null, "input_ids": [1, 2], "stream": null, "rid": null, "return_logprob": null, "image_data": null,
             "logprob_start_len": null, "lora_path": null,
             "sampling_params": {"temperature": null, "top_p": null, "top_k": null,
             "min_p": null, "n": null, "stop": null, "stop_token_ids": null, "frequency_penalty": null, "regex": null,
             "repetition_penalty": null, "min_new_tokens": null, "logit_bias": null, "skip_special_tokens": null,
             "ignore_eos": null, "no_stop_trim": null, "sampling_seed": null, "spaces_between_special_tokens": null}}
            """);
        foreach (GenerateRequest request in backend.Requests)
        {
            SamplingParams sampling = request.Sampling;
            Assert.Equal((128, 0, 1f, 1f, 0, 0f), (sampling.MaxNewTokens, sampling.MinNewTokens, sampling.Temperature,
                sampling.TopP, sampling.TopK, sampling.MinP));
            Assert.Equal((0f, 0f, 1f, false), (sampling.FrequencyPenalty, sampling.PresencePenalty,
                sampling.RepetitionPenalty, sampling.IgnoreEos));
            Assert.Empty(sampling.StopTokens);
            Assert.Empty(sampling.LogitBias);
            Assert.Null(request.Logprobs);
        }
    }

    [Fact]
    public async Task EverySamplingParameterReachesTheBackend()
    {
        FakeBackend backend = FakeBackend.Saying(_output);
        await using TestServer server = await TestServer.StartAsync(backend);
        await server.AskAsync("/generate", """
            {"input_ids": [1, 2],
                "sampling_params": {"max_new_tokens": 9, "min_new_tokens": 2, "temperature": 0.5, "top_p": 0.9,
             "top_k": 5, "min_p": 0.1, "frequency_penalty": 0.2, "presence_penalty": -0.3, "repetition_penalty": 1.1,
             "stop_token_ids": [7, 8], "ignore_eos": true, "logit_bias": {"5": 1.5, "6": -100}, "sampling_seed": 99,
             "spaces_between_special_tokens": true, "stream_interval": 1}}
            """);
        GenerateRequest request = Assert.Single(backend.Requests);
        SamplingParams sampling = request.Sampling;
        Assert.Equal((9, 2, 0.5f, 0.9f, 5, 0.1f), (sampling.MaxNewTokens, sampling.MinNewTokens, sampling.Temperature,
            sampling.TopP, sampling.TopK, sampling.MinP));
        Assert.Equal((0.2f, -0.3f, 1.1f, true), (sampling.FrequencyPenalty, sampling.PresencePenalty,
            sampling.RepetitionPenalty, sampling.IgnoreEos));
        Assert.Equal([7, 8], sampling.StopTokens);
        Assert.Equal(new Dictionary<int, float> { [5] = 1.5f, [6] = -100 }, sampling.LogitBias);
        Assert.Equal(99ul, request.Seed);
    }

    [Theory]
    [InlineData("300", 254)]
    [InlineData("null", 254)]
    [InlineData("0", 0)]
    [InlineData("3", 3)]
    public async Task MaxNewTokensIsCutToWhatTheContextLeaves(string asked, int expected)
    {
        FakeBackend backend = FakeBackend.Saying(_output);
        await using TestServer server = await TestServer.StartAsync(backend);
        JsonNode answer = await server.AskAsync(
            "/generate", $$$"""{"input_ids": [1, 2], "sampling_params": {"max_new_tokens": {{{asked}}}}}""");
        Assert.Equal(expected, Assert.Single(backend.Requests).Sampling.MaxNewTokens);
        Assert.Equal(Math.Min(expected, _output.Length), (int)answer["meta_info"]!["finish_reason"]!["length"]!);
    }

    [Theory]
    [InlineData(1e-7, 0)]
    [InlineData(0, 0)]
    [InlineData(1e-5, 1e-5)]
    public async Task ATinyTemperatureIsGreedy(double asked, double expected)
    {
        FakeBackend backend = FakeBackend.Saying(_output);
        await using TestServer server = await TestServer.StartAsync(backend);
        await server.AskAsync("/generate", new JsonObject
        {
            ["input_ids"] = new JsonArray(1),
            ["sampling_params"] = new JsonObject { ["temperature"] = asked },
        }.ToJsonString());
        Assert.Equal((float)expected, Assert.Single(backend.Requests).Sampling.Temperature);
    }

    [Fact]
    public async Task ABatchIsAListInTheOrderOfItsPrompts()
    {
        FakeBackend backend = new((request, stop) => Script.Tokens(request.Prompt.ToArray()).RunAsync(request, stop));
        await using TestServer server = await TestServer.StartAsync(backend);
        JsonArray answers = (await server.AskAsync("/generate", """
            {"input_ids": [[11, 12], [13], [14, 15]], "rid": "b",
             "sampling_params": [{"max_new_tokens": 1}, {"max_new_tokens": 2}, {}]}
            """)).AsArray();
        Assert.Equal([11, 13, 14], answers.Select(answer => (int)answer!["output_ids"]![0]!));
        Assert.Equal([1, 1, 2], answers.Select(answer => (int)answer!["meta_info"]!["completion_tokens"]!));
        Assert.Equal([0, 1, 2], answers.Select(answer => (int)answer!["index"]!));
        Assert.Equal(["b_0", "b_1", "b_2"], answers.Select(answer => (string)answer!["meta_info"]!["id"]!));
    }

    [Fact]
    public async Task ABatchOfOneIsAList()
    {
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(_output));
        Assert.Single((await server.AskAsync("/generate", """{"text": ["Once"]}""")).AsArray());
        Assert.Single((await server.AskAsync("/generate", """{"input_ids": [[1]]}""")).AsArray());
    }

    [Fact]
    public async Task ChoicesOfAPromptStandTogetherAndHaveSeedsOfTheirOwn()
    {
        FakeBackend backend = FakeBackend.Saying(_output);
        await using TestServer server = await TestServer.StartAsync(backend);
        JsonArray answers = (await server.AskAsync("/generate", """
            {"input_ids": [[1], [2, 2]], "rid": ["x", "y"], "sampling_params": {"n": 3, "sampling_seed": 5}}
            """)).AsArray();
        Assert.Equal([1, 1, 1, 2, 2, 2], answers.Select(answer => (int)answer!["meta_info"]!["prompt_tokens"]!));
        Assert.Equal(
            ["x", "x-1", "x-2", "y", "y-1", "y-2"], answers.Select(answer => (string)answer!["meta_info"]!["id"]!));
        ILookup<int,
            ulong> seeds = backend.Requests.ToLookup(request => request.Prompt.Length, request => request.Seed);
        Assert.Contains(5ul, seeds[1]);
        Assert.Equal(3, seeds[1].Distinct().Count());
        Assert.Equal(seeds[1].Order(), seeds[2].Order());
    }

    [Fact]
    public async Task NAboveOneMakesAListOfOnePrompt()
    {
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(_output));
        JsonNode answers = await server.AskAsync("/generate", """{"text": "Once", "sampling_params": {"n": 2}}""");
        Assert.Equal(2, answers.AsArray().Count);
    }

    [Fact]
    public async Task ServersWithTheSameRandomSeedGiveTheSameSeedsInTurn()
    {
        ulong[][] seeds = new ulong[2][];
        for (int i = 0; i < 2; i++)
        {
            FakeBackend backend = FakeBackend.Saying(_output);
            await using TestServer server = await TestServer.StartAsync(backend);
            for (int turn = 0; turn < 4; turn++)
                await server.AskAsync("/generate", """{"input_ids": [1]}""");
            seeds[i] = [.. backend.Requests.Select(request => request.Seed)];
        }

        Assert.Equal(seeds[0], seeds[1]);
        Assert.Equal(4, seeds[0].Distinct().Count());
    }

    [Fact]
    public async Task AStreamIsCumulativeAndEndsWithTheFinishReason()
    {
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(_output));
        JsonNode[] events = await server.StreamAsync("/generate", """{"text": "Once", "stream": true}""");
        Assert.True(events.Length >= 2);
        string before = "";
        foreach (JsonNode item in events)
        {
            Assert.StartsWith(before, (string)item["text"]!);
            before = (string)item["text"]!;
        }

        Assert.Equal(" upon a time there was a king", before);
        Assert.All(events[..^1], item => Assert.Null(item["meta_info"]!["finish_reason"]));
        Assert.Equal("length", (string)events[^1]["meta_info"]!["finish_reason"]!["type"]!);
        Assert.Equal(1, (int)events[0]["meta_info"]!["completion_tokens"]!);
    }

    [Fact]
    public async Task TheStreamOfABatchTellsTheIndexAndEndsEachOnce()
    {
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(_output));
        JsonNode[] events = await server.StreamAsync(
            "/generate", """{"text": ["Once", "Twice"], "stream": true, "sampling_params": {"n": 2}}""");
        Assert.Equal([0, 1, 2, 3], events.Select(item => (int)item["index"]!).Distinct().Order());
        Assert.Equal([0, 1, 2, 3], events.Where(item => item["meta_info"]!["finish_reason"] is not null)
            .Select(item => (int)item["index"]!).Order());
    }

    [Fact]
    public async Task StreamIntervalGathersTokensAfterTheFirst()
    {
        await using TestServer server = await TestServer.StartAsync(
            FakeBackend.Saying([.. Enumerable.Range(100, 9)]), options => options with
            {
                StreamInterval = 4,
                Limits = options.Limits with { TokensPerEvent = 1 },
            });
        JsonNode[] events = await server.StreamAsync("/generate", """{"input_ids": [1], "stream": true}""");
        Assert.Equal([1, 5, 9], events.Select(item => (int)item["meta_info"]!["completion_tokens"]!));
    }

    [Fact]
    public async Task PutDoesAsPostDoes()
    {
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(_output));
        using HttpResponseMessage response = await server.Client.PutAsync(
            "/generate", new StringContent("""{"text": "Once"}"""));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task ACharacterOfSeveralTokensIsNeverShownInHalves()
    {
        int[] output = TestServer.Tokenizer.Encode("a 😊 b", false);
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(output));
        JsonNode[] events = await server.StreamAsync("/generate", """{"input_ids": [1], "stream": true}""");
        Assert.All(events, item => Assert.DoesNotContain('\uFFFD', (string)item["text"]!));
        Assert.Equal("a 😊 b", (string)events[^1]["text"]!);
    }
}
