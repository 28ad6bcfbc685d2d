using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Sgl.Engine;
using Sgl.Engine.Requests;
using Sgl.Engine.Text;
using Sgl.Gateway.Flags;
using Sgl.Gateway.Hosting;
using Sgl.Gateway.Requests;
using Sgl.Gateway.Serving;
using Sgl.TestSupport;

namespace Sgl.Gateway.Tests.Support;

/// <summary>The real web server on a free port, over a given backend, with sgl-tiny's tokenizer.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestServer(WebApplication app, ServedModel served)
    {
        (_app, Served) = (app, served);
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = TimeSpan.FromMinutes(2) };
    }

    public static Tokenizer Tokenizer { get; } = Tokenizer.Load(Repository.TinyModel);

    public ServedModel Served { get; }

    public HttpClient Client { get; }

    public WebApplication App => _app;

    public GenerationService Service => _app.Services.GetRequiredService<GenerationService>();

    public static async Task<TestServer> StartAsync(
        IInferenceBackend backend, Func<GatewayOptions, GatewayOptions>? set = null, bool ready = true,
        bool template = true, SamplingDefaults? defaults = null, Func<ServedModel, ServedModel>? change = null)
    {
        GatewayOptions options = new()
        {
            Port = 0,
            Engine = new EngineOptions { ModelPath = Repository.TinyModel, RandomSeed = 7 },
            ShutdownTimeout = TimeSpan.Zero,
            LogLevel = Microsoft.Extensions.Logging.LogLevel.Critical,
        };
        ServedModel served = new()
        {
            Backend = backend,
            Tokenizer = Tokenizer,
            Template = template ? ChatTemplate.Load(Repository.TinyModel, null) : null,
            Options = set is null ? options : set(options),
            SamplingDefaults = defaults ?? new SamplingDefaults(),
        };
        served = change is null ? served : change(served);
        WebApplication app = GatewayHost.Build(served);
        await app.StartAsync();
        if (ready)
            app.MarkReady();
        return new TestServer(app, served);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public Task<HttpResponseMessage> PostAsync(string path, string body, CancellationToken stop = default) =>
        Client.SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = Json(body) },
            HttpCompletionOption.ResponseHeadersRead, stop);

    /// <summary>Posts, expects 200 and returns the JSON.</summary>
    public async Task<JsonNode> AskAsync(string path, string body)
    {
        (HttpStatusCode status, JsonNode json) = await TryAsync(path, body);
        Assert.True(status == HttpStatusCode.OK, $"{status}: {json}");
        return json;
    }

    public async Task<(HttpStatusCode Status, JsonNode Body)> TryAsync(string path, string body)
    {
        using HttpResponseMessage response = await PostAsync(path, body);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await Client.GetStringAsync(path))!;

    /// <summary>Posts and reads the events of a stream up to [DONE].</summary>
    public async Task<JsonNode[]> StreamAsync(string path, string body)
    {
        using HttpResponseMessage response = await PostAsync(path, body);
        Assert.True(
            response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        string[] events = (await response.Content.ReadAsStringAsync()).Split("\n\n");
        Assert.Equal(["data: [DONE]", ""], events[^2..]);
        return [.. events[..^2].Select(text =>
        {
            Assert.StartsWith("data: ", text);
            return JsonNode.Parse(text["data: ".Length..])!;
        })];
    }

    private static StringContent Json(string body) =>
        new(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
}
