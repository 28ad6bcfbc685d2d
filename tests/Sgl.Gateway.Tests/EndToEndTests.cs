using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Sgl.Engine;
using Sgl.Engine.Requests;
using Sgl.Gateway.Tests.Support;
using Sgl.TestSupport;

namespace Sgl.Gateway.Tests;

/// <summary>HTTP to engine and back with the embedded model.</summary>
public sealed class EndToEndTests(EndToEndTests.Server server) : IClassFixture<EndToEndTests.Server>
{
    private TestServer Tiny => server.Value;

    [Fact]
    public async Task TheModelAnswersAQuestion()
    {
        JsonNode answer = await Tiny.AskAsync("/v1/chat/completions", """
            {"messages": [{"role": "user", "content": "What is a hen?"}], "temperature": 0}
            """);
        JsonNode choice = answer["choices"]![0]!;
        Assert.Contains("an adult female chicken", (string)choice["message"]!["content"]!);
        Assert.Equal(("stop", 4089), ((string)choice["finish_reason"]!, (int)choice["matched_stop"]!));
    }

    [Fact]
    public async Task ToolsAreCalledAsText()
    {
        JsonNode answer = await Tiny.AskAsync("/v1/chat/completions", """
            {"messages": [{"role": "user", "content": "What is the temperature in Hamburg?"}], "temperature": 0,
             "tools": [{"type": "function", "function": {"name": "get_weather_info", "description":
              "Returns the current weather in a given location", "parameters": {"type": "object", "properties":
              {"city": {"type": "string", "description": "The city name"}}, "required": ["city"]}}}]}
            """);
        Assert.Equal(
            "<tool_call>\n{\"name\": \"get_weather_info\", \"arguments\": {\"city\": \"Hamburg\"}}\n</tool_call>",
            (string)answer["choices"]![0]!["message"]!["content"]!);
    }

    [Fact]
    public async Task AStreamSaysWhatAWholeAnswerSays()
    {
        const string body = """
            {"text": "Once upon a time,",
                "sampling_params": {"temperature": 1, "sampling_seed": 5, "max_new_tokens": 40}
            """;
        JsonNode whole = await Tiny.AskAsync("/generate", body + "}");
        JsonNode[] events = await Tiny.StreamAsync("/generate", body + """, "stream": true}""");
        Assert.Equal((string)whole["text"]!, (string)events[^1]["text"]!);
        Assert.Equal(whole["output_ids"]!.ToJsonString(), events[^1]["output_ids"]!.ToJsonString());
    }

    [Fact]
    public async Task TheSeedDecidesAndChoicesDiffer()
    {
        async Task<string[]> AskAsync(int n)
        {
            JsonNode answer = await Tiny.AskAsync("/v1/completions", $$"""
                {"prompt": "Once upon a time,", "seed": 11, "n": {{n}}, "max_tokens": 24, "temperature": 1}
                """);
            return [.. answer["choices"]!.AsArray().Select(choice => (string)choice!["text"]!)];
        }

        string[] four = await AskAsync(4);
        Assert.Equal(four, await AskAsync(4));
        Assert.Equal(four[..1], await AskAsync(1));
        Assert.Equal(4, four.Distinct().Count());
    }

    [Fact]
    public async Task ABatchSaysWhatItsPromptsSayAlone()
    {
        string[] prompts = ["Once upon a time,", "The king", "A dog and a cat", "There was a"];
        string Body(string text) =>
            $$$"""{"text": {{{text}}}, "sampling_params": {"temperature": 0, "max_new_tokens": 12}}""";
        JsonArray batch = (await Tiny.AskAsync(
            "/generate", Body(new JsonArray([.. prompts]).ToJsonString()))).AsArray();
        for (int i = 0; i < prompts.Length; i++)
        {
            JsonNode alone = await Tiny.AskAsync("/generate", Body($"\"{prompts[i]}\""));
            Assert.Equal((string)alone["text"]!, (string)batch[i]!["text"]!);
        }
    }

    [Fact]
    public async Task GreedyTokensAreTheLikeliestAndScoringThemAgainAgrees()
    {
        JsonNode meta = (await Tiny.AskAsync("/generate", """
            {"text": "Once upon a time,",
                "sampling_params": {"temperature": 0, "max_new_tokens": 16, "ignore_eos": true},
             "return_logprob": true, "logprob_start_len": 0, "top_logprobs_num": 5}
            """))["meta_info"]!;
        JsonArray output = meta["output_token_logprobs"]!.AsArray();
        JsonArray input = meta["input_token_logprobs"]!.AsArray();
        Assert.Equal((int)meta["prompt_tokens"]!, input.Count);
        for (int i = 0; i < 16; i++)
            Assert.Equal((int)output[i]![1]!, (int)meta["output_top_logprobs"]![i]![0]![1]!);

        int[] all = [.. input.Concat(output).Select(entry => (int)entry![1]!)];
        JsonNode score = (await Tiny.AskAsync("/generate", $$$"""
            {"input_ids": [{{{string.Join(',', all)}}}], "sampling_params": {"max_new_tokens": 0},
                "return_logprob": true,
             "logprob_start_len": 0}
            """))["meta_info"]!;
        Assert.Equal(0, (int)score["completion_tokens"]!);
        JsonArray scored = score["input_token_logprobs"]!.AsArray();
        for (int i = 0; i < 16; i++)
            Assert.Equal((float)output[i]![0]!, (float)scored[input.Count + i]![0]!, 0.02f);
    }

    [Fact]
    public async Task ARepeatedPromptComesFromTheCache()
    {
        string ids = string.Join(',', Enumerable.Range(200, 100));
        string body = $$$"""{"input_ids": [{{{ids}}}], "sampling_params": {"max_new_tokens": 1}}""";
        async Task<int> CachedAsync() => (int)(await Tiny.AskAsync("/generate", body))["meta_info"]!["cached_tokens"]!;
        Assert.Equal(0, await CachedAsync());
        Assert.Equal(99, await CachedAsync());
        Assert.Equal(99, await CachedAsync());
    }

    [Fact]
    public async Task WithoutALimitTheContextIsFilled()
    {
        JsonNode answer = await Tiny.AskAsync("/generate", """
            {"text": "Once", "sampling_params": {"max_new_tokens": null, "ignore_eos": true, "temperature": 1}}
            """);
        JsonNode meta = answer["meta_info"]!;
        Assert.Equal("length", (string)meta["finish_reason"]!["type"]!);
        Assert.Equal(256, (int)meta["prompt_tokens"]! + (int)meta["completion_tokens"]!);
    }

    [Fact]
    public async Task ManyStreamsSomeOfThemLeftEarlyLeaveNothingBehind()
    {
        const string body = """
            {"text": "Once upon a time,", "stream": true,
             "sampling_params": {"max_new_tokens": 60, "ignore_eos": true, "temperature": 1}}
            """;
        await Task.WhenAll(Enumerable.Range(0, 24).Select(async i =>
        {
            if (i % 3 != 0)
            {
                JsonNode[] events = await Tiny.StreamAsync("/generate", body);
                Assert.Equal(60, (int)events[^1]["meta_info"]!["completion_tokens"]!);
                return;
            }

            using HttpResponseMessage response = await Tiny.PostAsync("/generate", body);
            using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
            Assert.StartsWith("data: ", await reader.ReadLineAsync());
        }));
        await Wait.UntilAsync(() => Tiny.Service.Live.Count == 0);
        EngineStatus status = await Tiny.Served.Backend.GetStatusAsync();
        for (int i = 0; status.RunningRequests + status.QueuedRequests > 0 && i < 3000; i++)
        {
            await Task.Delay(20);
            status = await Tiny.Served.Backend.GetStatusAsync();
        }

        Assert.Equal((0, 0, 0), (status.RunningRequests, status.QueuedRequests, status.HeldTokens));
        Assert.Equal(status.TotalTokens, status.FreeTokens + status.CachedTokens);
    }

    [Fact]
    public async Task AnAbortedRequestKeepsItsText()
    {
        using HttpResponseMessage response = await Tiny.PostAsync("/generate", """
            {"text": "Once", "rid": "tale", "stream": true,
                "sampling_params": {"max_new_tokens": null, "ignore_eos": true}}
            """);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        await reader.ReadLineAsync();
        (await Tiny.PostAsync("/abort_request", """{"rid": "tale"}""")).Dispose();
        string[] events = (await reader.ReadToEndAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        JsonNode end = JsonNode.Parse(events[^2].Trim()["data: ".Length..])!;
        Assert.Equal("abort", (string)end["meta_info"]!["finish_reason"]!["type"]!);
        Assert.NotEmpty(end["output_ids"]!.AsArray());
    }

    [Fact]
    public async Task TheServerIsHealthy()
    {
        using HttpResponseMessage response = await Tiny.Client.GetAsync("/health_generate");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task AGenerationIsTracedFromTheRequestToItsLastToken()
    {
        const string trace = "4bf92f3577b34da6a3ce929d0e0e4736", caller = "00f067aa0ba902b7";
        ConcurrentQueue<Activity> spans = new();
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name is "Microsoft.AspNetCore" or "Sgl.Gateway" or "Sgl.Engine",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.TraceId.ToHexString() == trace)
                    spans.Enqueue(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        using HttpRequestMessage request = new(HttpMethod.Post, "/generate")
        {
            Content = JsonContent.Create(new { text = "Once", sampling_params = new { n = 2, max_new_tokens = 3 } }),
            Headers = { { "traceparent", $"00-{trace}-{caller}-01" } },
        };
        (await Tiny.Client.SendAsync(request)).Dispose();
        await Wait.UntilAsync(() => spans.Count == 9);

        Activity http = spans.Single(span => span.Source.Name == "Microsoft.AspNetCore");
        Assert.Equal(caller, http.ParentSpanId.ToHexString());
        Activity[] generations = [.. spans.Where(span => span.OperationName == "generate")];
        Assert.All(generations, span => Assert.Equal(http.SpanId, span.ParentSpanId));
        Assert.Equal([0, 1], generations.Select(span => (int)span.GetTagItem("sgl.choice")!).Order());
        foreach (Activity generation in generations)
        {
            Activity[] parts = [.. spans.Where(span => span.ParentSpanId == generation.SpanId)];
            Assert.Equal(["queue", "prefill", "decode"], parts.Select(span => span.OperationName));
            Assert.Equal(parts[0].StartTimeUtc + parts[0].Duration, parts[1].StartTimeUtc);
            Assert.Equal(parts[1].StartTimeUtc + parts[1].Duration, parts[2].StartTimeUtc);
            Assert.Equal(3, parts[2].GetTagItem("gen_ai.usage.output_tokens"));
            Assert.Equal(3, generation.GetTagItem("gen_ai.usage.output_tokens"));
        }
    }

    /// <summary>One engine for all tests of this class.</summary>
    public sealed class Server : IAsyncLifetime
    {
        private InferenceEngine? _engine;

        internal TestServer Value { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            _engine = InferenceEngine.Load(
                new EngineOptions { ModelPath = Repository.TinyModel, ContextLength = 256, MaxTotalTokens = 4096 });
            Value = await TestServer.StartAsync(_engine);
        }

        public async Task DisposeAsync()
        {
            await Value.DisposeAsync();
            await _engine!.DisposeAsync();
        }
    }
}
