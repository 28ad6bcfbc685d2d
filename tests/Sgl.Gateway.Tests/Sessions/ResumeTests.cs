using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Sgl.Engine.Requests;
using Sgl.Gateway.Tests.Support;

namespace Sgl.Gateway.Tests.Sessions;

/// <summary>A client that sends its request again with the id of its last event receives the rest, exactly.</summary>
public sealed class ResumeTests
{
    private static readonly int[] _tokens = TestServer.Tokenizer.Encode("Once 👩‍👩‍👧 upon a time, STOP there", false);

    [Theory]
    [InlineData("/generate", """{"text": "a", "sampling_params": {"n": 2}, "stream": true}""")]
    [InlineData("/generate", """{"text": ["a", "b"], "stream": true, "return_logprob": true, "session_id": "mine"}""")]
    [InlineData("/generate", """{"text": "a", "rid": "x~y", "sampling_params": {"stop": "STOP"}, "stream": true}""")]
    [InlineData("/v1/completions", """
        {"prompt": "a", "max_tokens": 64, "stream": true, "echo": true, "logprobs": 2, "n": 2,
         "stream_options": {"include_usage": true}}
        """)]
    [InlineData("/v1/chat/completions", """
        {"messages": [{"role": "user", "content": "a"}], "stream": true, "logprobs": true, "n": 2,
         "stream_options": {"include_usage": true}}
        """)]
    public async Task TheRestComesFromEveryEvent(string path, string body)
    {
        await using TestServer server = await StartAsync(FakeBackend.Saying(_tokens));
        List<(string Id, JsonNode Data)> whole = await StreamAsync(server, path, body, last: null);
        Assert.True(whole.Count > 10);
        Assert.Equal(whole.Count, whole.Select(item => item.Id).Distinct().Count());
        for (int i = 0; i < whole.Count; i += 3)
        {
            List<(string Id, JsonNode Data)> rest = await StreamAsync(server, path, body, whole[i].Id);
            Assert.Equal(End(whole), End([.. whole[..(i + 1)], .. rest]));
            Assert.Equal(whole[^1].Id, (rest.Count == 0 ? whole : rest)[^1].Id);
        }
    }

    [Fact]
    public async Task ARequestWithoutSeedKeepsTheOneItWasGiven()
    {
        FakeBackend backend = FakeBackend.Saying(_tokens);
        await using TestServer server = await StartAsync(backend);
        const string body = """{"text": "a", "sampling_params": {"temperature": 1}, "stream": true}""";
        List<(string Id, JsonNode Data)> whole = await StreamAsync(server, "/generate", body, last: null);
        await StreamAsync(server, "/generate", body, whole[3].Id);
        GenerateRequest[] requests = [.. backend.Requests];
        Assert.Equal(2, requests.Length);
        Assert.Equal(requests[0].Seed, requests[1].Seed);
        Assert.Equal(requests[0].Id, requests[1].Id);
    }

    [Fact]
    public async Task TheOldConnectionGivesWay()
    {
        FakeBackend backend = new((request, stop) =>
            (Script.Tokens(_tokens) with { Hangs = !request.Id.Contains("done") }).RunAsync(request, stop));
        await using TestServer server = await StartAsync(backend);
        const string body = """{"text": "a", "rid": "same", "stream": true}""";
        using HttpResponseMessage first = await SendAsync(server, "/generate", body, last: null);
        using StreamReader lines = new(await first.Content.ReadAsStreamAsync());
        string line;
        do
            line = (await lines.ReadLineAsync())!;
        while (!line.StartsWith("id: ", StringComparison.Ordinal));
        using HttpResponseMessage second = await SendAsync(server, "/generate", body, line[4..]);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Contains("abort", await lines.ReadToEndAsync());
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("a~1~x")]
    [InlineData("a~1~3.4")]
    public async Task AnIdOfAnotherRequestIsRefused(string last)
    {
        await using TestServer server = await StartAsync(FakeBackend.Saying(_tokens));
        using HttpResponseMessage response =
            await SendAsync(server, "/generate", """{"text": "a", "stream": true}""", last);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("Last-Event-ID", await response.Content.ReadAsStringAsync());
    }

    /// <summary>Every token an event, as from a slow engine.</summary>
    private static Task<TestServer> StartAsync(FakeBackend backend) => TestServer.StartAsync(
        backend, options => options with { Limits = options.Limits with { TokensPerEvent = 1 } });

    private static async Task<List<(string Id, JsonNode Data)>> StreamAsync(
        TestServer server, string path, string body, string? last)
    {
        using HttpResponseMessage response = await SendAsync(server, path, body, last);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        string[] events = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", events[^1]);
        return [.. events[..^1].Select(item => item.Split("\nid: ")).Select(
            parts => (parts[1], JsonNode.Parse(parts[0]["data: ".Length..])!))];
    }

    private static Task<HttpResponseMessage> SendAsync(TestServer server, string path, string body, string? last)
    {
        HttpRequestMessage message = new(HttpMethod.Post, path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
            Headers = { { "X-Session-Id", "mine" } },
        };
        if (last is not null)
            message.Headers.Add("Last-Event-ID", last);
        return server.Client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>What a client has when the stream has ended: per choice text, logprobs and finish.</summary>
    private static string End(IReadOnlyList<(string Id, JsonNode Data)> events)
    {
        SortedDictionary<int, (string Text, string Logprobs, string Finish)> choices = [];
        string usage = "";
        foreach ((_, JsonNode data) in events)
        {
            if (data["meta_info"] is JsonNode meta)
            {
                string logprobs = meta["output_token_logprobs"]?.ToJsonString() ?? "";
                choices[(int?)data["index"] ?? 0] = (
                    (string)data["text"]! + data["output_ids"]!.ToJsonString(), logprobs,
                    meta["finish_reason"]?.ToJsonString() + meta["id"]);
                continue;
            }

            usage += data["usage"]?.ToJsonString();
            foreach (JsonNode? choice in data["choices"]!.AsArray())
            {
                (string text, string logprobs, string finish) =
                    choices.GetValueOrDefault((int)choice!["index"]!, ("", "", ""));
                text += (string?)choice["text"] ?? (string?)choice["delta"]!["role"] + choice["delta"]!["content"];
                choices[(int)choice["index"]!] =
                    (text, logprobs + Logprobs(choice["logprobs"]), finish + choice["finish_reason"] + data["id"]);
            }
        }

        return string.Join("\n", choices) + usage;
    }

    /// <summary>Without what depends on where one event ends and the next begins.</summary>
    private static string Logprobs(JsonNode? logprobs) => logprobs is null ? ""
        : (logprobs["content"] ?? logprobs["text_offset"])!.ToJsonString().Trim('[', ']') + ",";
}
