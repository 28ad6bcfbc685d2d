using System.Text.Json.Nodes;
using Sgl.Engine.Requests;
using Sgl.Gateway.Tests.Support;

namespace Sgl.Gateway.Tests.Endpoints;

/// <summary>The logprobs of /generate, by the rule that SGLang has since March 2025.</summary>
public sealed class GenerateLogprobTests
{
    private static readonly int[] _output = [300, 301, 302];

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 5)]
    [InlineData(3, 2)]
    [InlineData(5, 0)]
    public async Task InputEntriesRunFromTheStartToThePromptsEnd(int start, int entries)
    {
        FakeBackend backend = FakeBackend.Saying(_output);
        await using TestServer server = await TestServer.StartAsync(backend);
        JsonNode meta = (await server.AskAsync("/generate", $$"""
            {"input_ids": [10, 11, 12, 13, 14], "return_logprob": true, "logprob_start_len": {{start}},
                "top_logprobs_num": 2}
            """))["meta_info"]!;
        Assert.Equal(new LogprobOptions(start < 0 ? 5 : start, 2), Assert.Single(backend.Requests).Logprobs);

        JsonArray input = meta["input_token_logprobs"]!.AsArray();
        Assert.Equal(Enumerable.Range(15 - entries, entries), input.Select(entry => (int)entry![1]!));
        JsonArray top = meta["input_top_logprobs"]!.AsArray();
        Assert.Equal(entries, top.Count);
        if (entries > 0)
        {
            // Wherever it lies, the first has none.
            Assert.Null(input[0]![0]);
            Assert.Null(top[0]);
            Assert.Equal(2, top[1]!.AsArray().Count);
        }

        Assert.Equal(_output, meta["output_token_logprobs"]!.AsArray().Select(entry => (int)entry![1]!));
        Assert.All(meta["output_token_logprobs"]!.AsArray(), entry => Assert.Equal(-0.5f, (float)entry![0]!));
        Assert.All(meta["output_token_logprobs"]!.AsArray(), entry => Assert.Null(entry![2]));
        Assert.Equal(3, (int)meta["output_token_logprobs_length"]!);
        Assert.Equal("[[-0.5,300,null],[-1.5,301,null]]", meta["output_top_logprobs"]![0]!.ToJsonString());
    }

    [Fact]
    public async Task TheMeanOfTheInputLogprobsIsThereForOldFrontends()
    {
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(_output));
        JsonNode meta = (await server.AskAsync("/generate", """
            {"input_ids": [10, 11, 12, 13, 14], "return_logprob": true, "logprob_start_len": 0}
            """))["meta_info"]!;
        Assert.Equal(-2.5, (double)meta["normalized_prompt_logprob"]!);
    }

    [Fact]
    public async Task TextsOfTheEntriesJoinToThePromptAndTheOutput()
    {
        const string output = " there was a king";
        await using TestServer server = await TestServer.StartAsync(
            FakeBackend.Saying(TestServer.Tokenizer.Encode(output, false)));
        JsonNode answer = await server.AskAsync("/generate", """
            {"text": "Once upon a time", "return_logprob": true, "logprob_start_len": 1,
                "return_text_in_logprobs": true}
            """);
        string Joined(string name) =>
            string.Concat(answer["meta_info"]![name]!.AsArray().Select(entry => (string)entry![2]!));
        Assert.EndsWith(Joined("input_token_logprobs"), "Once upon a time");
        Assert.NotEqual("", Joined("input_token_logprobs"));
        Assert.Equal(output, Joined("output_token_logprobs"));
    }

    [Fact]
    public async Task WithoutBeingAskedThereAreNone()
    {
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(_output));
        JsonNode answer = await server.AskAsync("/generate", """{"input_ids": [10], "top_logprobs_num": 3}""");
        Assert.Null(answer["meta_info"]!["output_token_logprobs"]);
    }

    [Fact]
    public async Task ABatchMayAskForEachPromptDifferently()
    {
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(_output));
        JsonNode answers = await server.AskAsync("/generate", """
            {"input_ids": [[10, 11], [12, 13]], "return_logprob": [false, true], "logprob_start_len": [-1, 1],
             "top_logprobs_num": [0, 3]}
            """);
        Assert.Null(answers[0]!["meta_info"]!["output_token_logprobs"]);
        Assert.Single(answers[1]!["meta_info"]!["input_token_logprobs"]!.AsArray());
        Assert.Equal(3, answers[1]!["meta_info"]!["output_top_logprobs"]![0]!.AsArray().Count);
    }

    [Fact]
    public async Task AStreamsLogprobsAreCumulative()
    {
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(_output));
        JsonNode[] events = await server.StreamAsync("/generate", """
            {"input_ids": [10, 11], "return_logprob": true, "logprob_start_len": 0, "stream": true}
            """);
        Assert.All(events, item => Assert.Equal(
            (int)item["meta_info"]!["completion_tokens"]!,
            item["meta_info"]!["output_token_logprobs"]!.AsArray().Count));
        Assert.All(events, item => Assert.Equal(2, item["meta_info"]!["input_token_logprobs"]!.AsArray().Count));
    }
}
