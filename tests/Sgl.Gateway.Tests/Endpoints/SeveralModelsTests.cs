using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Sgl.Gateway.Tests.Support;

namespace Sgl.Gateway.Tests.Endpoints;

/// <summary>A server with more models than one, as a cluster's gateway is.</summary>
public sealed class SeveralModelsTests
{
    private static readonly int[] _tokens = TestServer.Tokenizer.Encode("text", false);

    [Theory]
    [InlineData("/v1/completions", """{"model": "MODEL", "prompt": "a"}""")]
    [InlineData("/v1/chat/completions", """{"model": "MODEL", "messages": [{"role": "user", "content": "a"}]}""")]
    [InlineData("/generate", """{"model": "MODEL", "text": "a"}""")]
    public async Task ARequestGoesToTheModelThatItNames(string path, string body)
    {
        (FakeBackend first, FakeBackend second) = (FakeBackend.Saying(_tokens), FakeBackend.Saying(_tokens));
        await using TestServer server = await StartAsync(first, second);
        await server.AskAsync(path, body.Replace("MODEL", "second"));
        Assert.Equal((0, 1), (first.Requests.Count, second.Requests.Count));
        await server.AskAsync(path, body.Replace("MODEL", "first"));
        Assert.Equal((1, 1), (first.Requests.Count, second.Requests.Count));
        (HttpStatusCode status, JsonNode error) = await server.TryAsync(path, body.Replace("MODEL", "third"));
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Equal(
            "The model 'third' does not exist; this server has first, second.", (string)error["error"]!["message"]!);
    }

    [Fact]
    public async Task AllAreListed()
    {
        await using TestServer server = await StartAsync(FakeBackend.Saying(_tokens), FakeBackend.Saying(_tokens));
        JsonNode models = await server.GetAsync("/v1/models");
        Assert.Equal(["first", "second"], models["data"]!.AsArray().Select(model => (string)model!["id"]!));
        Assert.Equal("second", (string)(await server.GetAsync("/v1/models/second"))["id"]!);
    }

    [Theory]
    [InlineData(true, "true")]
    [InlineData(false, "false")]
    public async Task AnAnswerTellsWhetherItsSessionIsKept(bool kept, string header)
    {
        List<string> opened = [];
        await using TestServer server = await TestServer.StartAsync(
            FakeBackend.Saying(_tokens), change: served => served with
            {
                OpenSession = session =>
                {
                    opened.Add(session);
                    return ValueTask.FromResult(kept);
                },
            });
        using StringContent body = new(
            """{"text": "a", "session_id": "mine"}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await server.Client.PostAsync("/generate", body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal([header], response.Headers.GetValues("X-Session-Durable"));
        Assert.Equal(["mine"], opened);
    }

    private static Task<TestServer> StartAsync(FakeBackend first, FakeBackend second) =>
        TestServer.StartAsync(first, change: served =>
        {
            ServedModel named = served with { Options = served.Options with { ServedModelName = "first" } };
            ServedModel other = served with
            {
                Backend = second,
                Options = served.Options with { ServedModelName = "second" },
            };
            return named with { All = () => [named, other] };
        });
}
