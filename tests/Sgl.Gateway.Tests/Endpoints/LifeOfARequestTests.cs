using System.Net;
using System.Text.Json.Nodes;
using Sgl.Engine.Requests;
using Sgl.Gateway.Tests.Support;

namespace Sgl.Gateway.Tests.Endpoints;

/// <summary>Aborts, clients that go away, a full queue and a backend that fails.</summary>
public sealed class LifeOfARequestTests
{
    private static readonly int[] _output = TestServer.Tokenizer.Encode(" upon a time", false);

    private static FakeBackend Hanging => new((request, stop) =>
        (Script.Tokens(_output) with { Hangs = true }).RunAsync(request, stop));

    [Theory]
    [InlineData("""{"rid": "r1"}""")]
    [InlineData("""{"abort_all": true}""")]
    public async Task AnAbortedRequestReturnsWhatItHas(string abort)
    {
        FakeBackend backend = Hanging;
        await using TestServer server = await TestServer.StartAsync(backend);
        Task<JsonNode> asked = server.AskAsync("/generate", """{"text": "Once", "rid": "r1"}""");
        await AbortUntilAsync(server, abort, asked);
        JsonNode answer = await asked;
        Assert.Equal("abort", (string)answer["meta_info"]!["finish_reason"]!["type"]!);
        Assert.Contains("aborted", (string)answer["meta_info"]!["finish_reason"]!["message"]!);
        Assert.Equal(["r1"], backend.Aborted);
    }

    [Fact]
    public async Task AnAbortedStreamEndsWithItsTextAndAFinishReason()
    {
        FakeBackend backend = Hanging;
        await using TestServer server = await TestServer.StartAsync(backend);
        using HttpResponseMessage response = await server.PostAsync(
            "/generate", """{"text": "Once", "stream": true, "rid": "r1"}""");
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        string last = "";
        while (!last.Contains("upon a time"))
            last = (await reader.ReadLineAsync())!;
        await AbortAsync(server, """{"rid": "r1"}""");
        string[] rest = (await reader.ReadToEndAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", rest[^1]);
        JsonNode end = JsonNode.Parse(rest[^2].Trim()["data: ".Length..])!;
        Assert.Equal(" upon a time", (string)end["text"]!);
        Assert.Equal("abort", (string)end["meta_info"]!["finish_reason"]!["type"]!);
    }

    [Fact]
    public async Task AChatIsAbortedByTheIdOfItsChunks()
    {
        FakeBackend backend = Hanging;
        await using TestServer server = await TestServer.StartAsync(backend);
        using HttpResponseMessage response = await server.PostAsync(
            "/v1/chat/completions", """{"messages": [{"role": "user", "content": "?"}], "stream": true}""");
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        string first = (await reader.ReadLineAsync())!["data: ".Length..];
        await AbortAsync(server, $$"""{"rid": "{{(string)JsonNode.Parse(first)!["id"]!}}"}""");
        Assert.Contains("\"finish_reason\":\"abort\"", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task ABatchIsAbortedByTheOneIdOfAll()
    {
        FakeBackend backend = Hanging;
        await using TestServer server = await TestServer.StartAsync(backend);
        Task<JsonNode> asked = server.AskAsync("/generate", """{"text": ["a", "b"], "rid": "batch"}""");
        await AbortUntilAsync(server, """{"rid": "batch"}""", asked);
        Assert.All((await asked).AsArray(), answer =>
            Assert.Equal("abort", (string)answer!["meta_info"]!["finish_reason"]!["type"]!));
        Assert.Equal(["batch_0", "batch_1"], backend.Aborted.Order());
    }

    [Fact]
    public async Task AbortingWhatIsNotThereIsNoError()
    {
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(_output));
        await AbortAsync(server, """{"rid": "nobody"}""");
        await AbortAsync(server, """{"abort_all": true}""");
        await AbortAsync(server, """{"rid": "", "abort_all": true}""");
    }

    [Fact]
    public async Task ALiveRequestIdIsTakenAndAFinishedOneIsFree()
    {
        FakeBackend backend = Hanging;
        await using TestServer server = await TestServer.StartAsync(backend);
        using HttpResponseMessage first = await server.PostAsync(
            "/generate", """{"text": "Once", "stream": true, "rid": "r1"}""");
        (HttpStatusCode status, JsonNode answer) =
            await server.TryAsync("/generate", """{"text": ["a", "b"], "rid": ["new", "r1"]}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("Duplicate request ID", (string)answer["error"]!["message"]!);
        await AbortAsync(server, """{"rid": "r1"}""");
        await first.Content.ReadAsStringAsync();
        // Neither the finished one nor the one refused beside it is left behind.
        Task<JsonNode> again = server.AskAsync("/generate", """{"text": ["a", "b"], "rid": ["new", "r1"]}""");
        await AbortUntilAsync(server, """{"abort_all": true}""", again);
        await again;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AClientThatGoesAwayAbortsItsRequests(bool stream)
    {
        FakeBackend backend = Hanging;
        await using TestServer server = await TestServer.StartAsync(backend);
        using CancellationTokenSource leave = new();
        Task<HttpResponseMessage> asked = server.PostAsync("/generate", $$$"""
            {"text": ["a", "b"], "rid": ["x", "y"], "stream": {{{(stream ? "true" : "false")}}},
                "sampling_params": {"n": 2}}
            """, leave.Token);
        if (stream)
            (await asked).Dispose();
        await Wait.UntilAsync(() => backend.Requests.Count == 4);
        await leave.CancelAsync();
        await Wait.UntilAsync(() => backend.Aborted.Count == 4);
        Assert.Equal(["x", "x-1", "y", "y-1"], backend.Aborted.Order());
    }

    [Theory]
    [InlineData("/generate", """{"text": "a", "stream": STREAM}""")]
    [InlineData("/v1/completions", """{"prompt": "a", "stream": STREAM}""")]
    [InlineData("/v1/chat/completions", """{"messages": [{"role": "user", "content": "a"}], "stream": STREAM}""")]
    public async Task AFullQueueIs503WithRetryAfterBeforeAnyStreamBegins(string path, string body)
    {
        FakeBackend backend = new((request, stop) =>
            (Script.Tokens() with { Failure = new QueueFullException(5) }).RunAsync(request, stop));
        await using TestServer server = await TestServer.StartAsync(backend);
        foreach (string stream in new[] { "true", "false" })
        {
            using HttpResponseMessage response = await server.PostAsync(path, body.Replace("STREAM", stream));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal("1", response.Headers.GetValues("Retry-After").Single());
            JsonNode answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            Assert.Contains("The request queue is full", (string)(answer["error"] ?? answer)["message"]!);
        }
    }

    [Fact]
    public async Task OneOfABatchThatFindsNoPlaceEndsTheOthers()
    {
        FakeBackend backend = new((request, stop) => request.Id == "y"
            ? (Script.Tokens() with { Failure = new QueueFullException(5) }).RunAsync(request, stop)
            : (Script.Tokens() with { Hangs = true }).RunAsync(request, stop));
        await using TestServer server = await TestServer.StartAsync(backend);
        (HttpStatusCode status, _) = await server.TryAsync(
            "/generate", """{"text": ["a", "b", "c"], "rid": ["x", "y", "z"]}""");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal(["x", "y", "z"], backend.Aborted.Order());
    }

    [Fact]
    public async Task AnEngineThatFailsIs500WithoutAStackTrace()
    {
        FakeBackend backend = new((request, stop) =>
            (Script.Tokens(_output) with { Failure = new InvalidOperationException("a bug") }).RunAsync(request, stop));
        await using TestServer server = await TestServer.StartAsync(backend);
        (HttpStatusCode status, JsonNode answer) = await server.TryAsync("/generate", """{"text": "a"}""");
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Equal("The server failed on this request: a bug", (string)answer["error"]!["message"]!);
        Assert.DoesNotContain("   at ", answer.ToJsonString());
    }

    [Fact]
    public async Task AnEngineThatFailsInAStreamEndsItWithAnErrorEvent()
    {
        FakeBackend backend = new((request, stop) =>
            (Script.Tokens(_output) with { Failure = new InvalidOperationException("a bug") }).RunAsync(request, stop));
        await using TestServer server = await TestServer.StartAsync(backend);
        JsonNode[] native = await server.StreamAsync("/generate", """{"text": "a", "stream": true}""");
        Assert.Contains("a bug", (string)native[^1]["error"]!["message"]!);
        JsonNode[] openAI = await server.StreamAsync("/v1/completions", """{"prompt": "a", "stream": true}""");
        Assert.Equal(("error", 500), ((string)openAI[^1]["error"]!["object"]!, (int)openAI[^1]["error"]!["code"]!));
    }

    private static async Task AbortAsync(TestServer server, string body)
    {
        using HttpResponseMessage response = await server.PostAsync("/abort_request", body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync());
    }

    /// <summary>An abort that comes before the request has arrived finds nothing, so it is repeated.</summary>
    private static async Task AbortUntilAsync(TestServer server, string abort, Task done)
    {
        while (!done.IsCompleted)
        {
            await AbortAsync(server, abort);
            await Task.WhenAny(done, Task.Delay(20));
        }
    }
}
