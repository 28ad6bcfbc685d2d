using System.Net;
using System.Text.Json.Nodes;
using Sgl.Engine.Requests;
using Sgl.Gateway.Tests.Support;

namespace Sgl.Gateway.Tests.Endpoints;

public sealed class ChatCompletionsTests
{
    private const string Path = "/v1/chat/completions";
    private const string Text = "A hen is an adult female chicken.";

    private static readonly int[] _output = [.. TestServer.Tokenizer.Encode(Text, false), 4089];

    private static FakeBackend Hen => new((request, stop) =>
        (Script.Tokens(_output) with { Finish = FinishReason.AtToken(4089) }).RunAsync(request, stop));

    [Fact]
    public async Task AnAnswerHasOpenAIsShapeAndHidesTheEndToken()
    {
        FakeBackend backend = Hen;
        await using TestServer server = await TestServer.StartAsync(backend);
        JsonNode answer = await server.AskAsync(
            Path, """{"model": "any", "messages": [{"role": "user", "content": "What is a hen?"}]}""");
        Assert.StartsWith("chatcmpl-", (string)answer["id"]!);
        Assert.Equal(("chat.completion", "any"), ((string)answer["object"]!, (string)answer["model"]!));
        JsonNode choice = Assert.Single(answer["choices"]!.AsArray())!;
        Assert.Equal(
            $$"""{"role":"assistant","content":"{{Text}}","reasoning_content":null,"tool_calls":null}""",
            choice["message"]!.ToJsonString());
        Assert.Equal(("stop", 4089), ((string)choice["finish_reason"]!, (int)choice["matched_stop"]!));
        Assert.Equal(_output.Length, (int)answer["usage"]!["completion_tokens"]!);
        Assert.Equal("<|im_start|>user\nWhat is a hen?<|im_end|>\n<|im_start|>assistant\n", Prompt(backend));
        // Without max_tokens the context is filled.
        GenerateRequest request = Assert.Single(backend.Requests);
        Assert.Equal(256 - request.Prompt.Length, request.Sampling.MaxNewTokens);
    }

    [Fact]
    public async Task AnEndTokenMayBeShown()
    {
        await using TestServer server = await TestServer.StartAsync(Hen);
        JsonNode answer = await server.AskAsync(Path, """
            {"messages": [{"role": "user", "content": "?"}], "no_stop_trim": true, "skip_special_tokens": false}
            """);
        Assert.Equal(Text + "<|im_end|>", (string)answer["choices"]![0]!["message"]!["content"]!);
    }

    [Theory]
    [InlineData("""{"max_tokens": 7}""", 7)]
    [InlineData("""{"max_completion_tokens": 5, "max_tokens": 7}""", 5)]
    public async Task TheTokenLimitHasTwoNames(string fields, int expected)
    {
        FakeBackend backend = Hen;
        await using TestServer server = await TestServer.StartAsync(backend);
        JsonNode body = JsonNode.Parse(fields)!;
        body["messages"] = JsonNode.Parse("""[{"role": "user", "content": "?"}]""");
        await server.AskAsync(Path, body.ToJsonString());
        Assert.Equal(expected, Assert.Single(backend.Requests).Sampling.MaxNewTokens);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(5)]
    public async Task AStreamKeepsTheSchemeOfOldAndNewClients(int? top)
    {
        await using TestServer server = await TestServer.StartAsync(Hen);
        string logprobs = top is null ? "" : $"\"logprobs\": true, \"top_logprobs\": {top},";
        JsonNode[] events = await server.StreamAsync(Path, $$"""
            {"messages": [{"role": "user", "content": "?"}], "n": 2, {{logprobs}}
             "stream": true, "stream_options": {"include_usage": true} }
            """);
        Assert.All(events, item => Assert.Equal("chat.completion.chunk", (string)item["object"]!));
        Assert.Empty(events[^1]["choices"]!.AsArray());
        Assert.Equal(2 * _output.Length, (int)events[^1]["usage"]!["completion_tokens"]!);
        for (int index = 0; index < 2; index++)
        {
            JsonNode[] choices = [.. events[..^1].Select(item => item["choices"]![0]!)
                .Where(choice => (int)choice["index"]! == index)];
            Assert.Equal("""{"role":"assistant","content":""}""", choices[0]["delta"]!.ToJsonString());
            Assert.All(choices[1..], choice => Assert.NotNull((string?)choice["delta"]!["content"]));
            Assert.Equal(Text, string.Concat(choices.Select(choice => (string)choice["delta"]!["content"]!)));
            Assert.Equal("stop",
                (string)Assert.Single(choices, choice => choice["finish_reason"] is not null)["finish_reason"]!);
            Assert.NotNull(choices[^1]["finish_reason"]);
            if (top is not null)
                Assert.All(choices[1..], choice => Assert.All(
                    choice["logprobs"]!["content"]!.AsArray(), entry =>
                        Assert.Equal(5, entry!["top_logprobs"]!.AsArray().Count)));
        }
    }

    [Fact]
    public async Task LogprobsTellTokensAsTextAndBytes()
    {
        await using TestServer server = await TestServer.StartAsync(Hen);
        JsonNode answer = await server.AskAsync(Path, """
            {"messages": [{"role": "user", "content": "?"}], "logprobs": true, "top_logprobs": 2}
            """);
        JsonArray content = answer["choices"]![0]!["logprobs"]!["content"]!.AsArray();
        Assert.Equal(_output.Length, content.Count);
        string token = (string)content[0]!["token"]!;
        Assert.StartsWith(token, Text);
        Assert.Equal(token.Select(c => (int)c), content[0]!["bytes"]!.AsArray().Select(unit => (int)unit!));
        Assert.Equal(-0.5f, (float)content[0]!["logprob"]!);
        Assert.Equal([-0.5f, -1.5f], content[0]!["top_logprobs"]!.AsArray().Select(entry => (float)entry!["logprob"]!));
    }

    [Fact]
    public async Task TextPartsAreJoined()
    {
        FakeBackend backend = Hen;
        await using TestServer server = await TestServer.StartAsync(backend);
        await server.AskAsync(Path, """
            {"messages": [{"role": "system", "content": "Be brief."},
             {"role": "user", "content": [{"type": "text", "text": "What is"}, {"type": "text", "text": "a hen?"}]}]}
            """);
        Assert.Contains("<|im_start|>user\nWhat is a hen?<|im_end|>", Prompt(backend));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("\"continue_final_message\": true,", true)]
    [InlineData("\"continue_final_message\": false,", false)]
    public async Task ALastMessageOfTheAssistantIsContinued(string flag, bool continued)
    {
        FakeBackend backend = Hen;
        await using TestServer server = await TestServer.StartAsync(backend);
        await server.AskAsync(Path, $$"""
            { {{flag}} "messages": [{"role": "user", "content": "What is a hen?"},
                {"role": "assistant", "content": "A hen"}]}
            """);
        string end = continued ? "<|im_start|>assistant\nA hen" : "A hen<|im_end|>\n<|im_start|>assistant\n";
        Assert.EndsWith(end, Prompt(backend));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("\"tool_choice\": \"auto\",", true)]
    [InlineData("\"tool_choice\": \"none\",", false)]
    public async Task ToolsStandInThePromptUnlessNoneMayBeCalled(string choice, bool shown)
    {
        FakeBackend backend = Hen;
        await using TestServer server = await TestServer.StartAsync(backend);
        await server.AskAsync(Path, $$"""
            { {{choice}} "messages": [{"role": "user", "content": "Weather in Leeds?"}],
             "tools": [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"} } }] }
            """);
        Assert.Equal(shown, Prompt(backend).Contains(
            """{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}"""));
    }

    [Theory]
    [InlineData("""{"city": "Leeds"}""")]
    [InlineData("\"{\\\"city\\\":\\\"Leeds\\\"}\"")]
    public async Task EarlierToolCallsAreShownAlikeAsObjectAndAsString(string arguments)
    {
        FakeBackend backend = Hen;
        await using TestServer server = await TestServer.StartAsync(backend);
        await server.AskAsync(Path, $$"""
            {"messages": [{"role": "user", "content": "Weather?"},
             {"role": "assistant", "content": null, "tool_calls": [{"id": "call_1", "type": "function",
              "function": {"name": "get_weather", "arguments": {{arguments}} } }]},
             {"role": "tool", "tool_call_id": "call_1", "content": "foggy"}]}
            """);
        Assert.Contains("""{"name": "get_weather", "arguments": {"city": "Leeds"}}""", Prompt(backend));
        Assert.Contains("<tool_response>\nfoggy\n</tool_response>", Prompt(backend));
    }

    [Fact]
    public async Task WithoutATemplateAChatIsRefused()
    {
        await using TestServer server = await TestServer.StartAsync(Hen, template: false);
        (HttpStatusCode status, JsonNode error) =
            await server.TryAsync(Path, """{"messages": [{"role": "user", "content": "?"}]}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("--chat-template", (string)error["message"]!);
    }

    private static string Prompt(FakeBackend backend) =>
        TestServer.Tokenizer.Decode(Assert.Single(backend.Requests).Prompt.Span, skipSpecialTokens: false);
}
