using System.Net;
using Sgl.Engine.Requests;
using Sgl.Gateway.Tests.Support;

namespace Sgl.Gateway.Tests.Metrics;

/// <summary>What /metrics tells after requests that are known.</summary>
public sealed class MetricsEndpointTests
{
    private const string Model = "model_name=m";

    private static readonly int[] _output = [.. Enumerable.Range(300, 8)];

    [Fact]
    public async Task ItIsOffUntilItIsAskedFor()
    {
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(_output));
        using HttpResponseMessage response = await server.Client.GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("--enable-metrics", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task ItNeedsNoKey()
    {
        await using TestServer server = await StartAsync(
            FakeBackend.Saying(_output), options => options with { ApiKey = "k" });
        using HttpResponseMessage response = await server.Client.GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task GenerationsAndTheirTokensAreCounted()
    {
        await using TestServer server = await StartAsync(Scripted(Script.Tokens(_output) with { CachedTokens = 2 }));
        await server.AskAsync("/generate", """{"input_ids": [[1, 2, 3], [1, 2, 3, 4, 5]]}""");
        await server.StreamAsync("/generate", """{"input_ids": [1, 2, 3, 4], "stream": true}""");

        Exposition metrics = await ReadAsync(server);
        Assert.Equal(2, metrics["sglang:num_requests_total", Model, "is_streaming=false"]);
        Assert.Equal(1, metrics["sglang:num_requests_total", Model, "is_streaming=true"]);
        Assert.Equal(8, metrics["sglang:prompt_tokens_total", Model, "is_streaming=false"]);
        Assert.Equal(4, metrics["sglang:prompt_tokens_total", Model, "is_streaming=true"]);
        Assert.Equal(16, metrics["sglang:generation_tokens_total", Model, "is_streaming=false"]);
        Assert.Equal(6, metrics["sglang:cached_tokens_total", Model, "cache_source=device"]);
        Assert.Equal(0, metrics["sglang:num_aborted_requests_total", Model]);
        Assert.Equal((3, 12), Histogram(metrics, "prompt_tokens_histogram", Model));
        Assert.Equal((3, 6), Histogram(metrics, "uncached_prompt_tokens_histogram", Model));
        Assert.Equal((3, 24), Histogram(metrics, "generation_tokens_histogram", Model));
        Assert.Equal(3, metrics["sglang:generation_tokens_histogram_bucket", Model, "le=100.0"]);
    }

    [Fact]
    public async Task TimesAddUp()
    {
        await using TestServer server = await StartAsync(Scripted(Script.Tokens(_output) with { PerChunk = 3 }));
        await server.AskAsync("/generate", """{"input_ids": [1], "sampling_params": {"n": 4}}""");

        Exposition metrics = await ReadAsync(server);
        (double Count, double Sum) first =
            Histogram(metrics, "time_to_first_token_seconds", Model, "is_streaming=false");
        (double Count, double Sum) between = Histogram(metrics, "inter_token_latency_seconds", Model);
        (double Count, double Sum) all = Histogram(metrics, "e2e_request_latency_seconds", Model, "is_streaming=false");
        Assert.Equal((4, 4), (first.Count, all.Count));
        // Three tokens came first; each of the five after them has its latency, though some came together.
        Assert.Equal(4 * 5, between.Count);
        Assert.InRange(first.Sum + between.Sum, 0, all.Sum);
        Assert.Equal(4, metrics["sglang:queue_time_seconds_count", Model]);
    }

    [Fact]
    public async Task AbortedOnesAreCountedAndRefusedOnesAreNot()
    {
        Script hangs = Script.Tokens(_output) with { Hangs = true };
        Script refused = Script.Tokens() with { Failure = new QueueFullException(1) };
        FakeBackend backend = new((request, stop) =>
            (request.Prompt.Length > 1 ? hangs : refused).RunAsync(request, stop));
        await using TestServer server = await StartAsync(backend);
        Task<HttpResponseMessage> asked = server.PostAsync("/generate", """{"input_ids": [1, 2], "rid": "mine"}""");
        await Wait.UntilAsync(() => backend.Requests.Count == 1);
        using HttpResponseMessage abort = await server.PostAsync("/abort_request", """{"rid": "mine"}""");
        (await asked).Dispose();
        Assert.Equal(
            HttpStatusCode.ServiceUnavailable, (await server.TryAsync("/generate", """{"input_ids": [1]}""")).Status);

        Exposition metrics = await ReadAsync(server);
        Assert.Equal(1, metrics["sglang:num_aborted_requests_total", Model]);
        Assert.Equal(1, metrics["sglang:num_requests_total", Model, "is_streaming=false"]);
        string[] refusals = ["endpoint=/generate", "method=POST", "status_code=503"];
        await Wait.UntilAsync(async () => (await ReadAsync(server)).Has("sglang:http_responses_total", refusals));
        Assert.Equal(1, (await ReadAsync(server))["sglang:http_responses_total", refusals]);
    }

    [Fact]
    public async Task HttpRequestsAreCountedByRoute()
    {
        await using TestServer server = await StartAsync(FakeBackend.Saying(_output));
        foreach (string path in new[] { "/health", "/one", "/two" })
            (await server.Client.GetAsync(path)).Dispose();
        using HttpRequestMessage odd = new(new HttpMethod("ODD"), "/health");
        (await server.Client.SendAsync(odd)).Dispose();

        await Wait.UntilAsync(async () => (await ReadAsync(server)).Sum("sglang:http_requests_active") == 1);
        Exposition metrics = await ReadAsync(server);
        Assert.Equal(1, metrics["sglang:http_requests_total", "endpoint=/health", "method=GET"]);
        // No client makes up a label.
        Assert.Equal(
            2, metrics["sglang:http_responses_total", "endpoint=other", "method=GET", "status_code=404"]);
        Assert.Equal(
            1, metrics["sglang:http_responses_total", "endpoint=other", "method=other", "status_code=405"]);
    }

    [Fact]
    public async Task AnyNameOfAModelIsALabel()
    {
        const string name = "a\"b\\c\nd{e}=,|";
        await using TestServer server = await StartAsync(
            FakeBackend.Saying(_output), options => options with { ServedModelName = name });
        await server.AskAsync("/generate", """{"input_ids": [1]}""");
        string text = await server.Client.GetStringAsync("/metrics");
        Assert.Contains("""model_name="a\"b\\c\nd{e}=,|" """[..^1], text);
        Assert.Equal(1, Exposition.Parse(text)["sglang:generation_tokens_histogram_count", $"model_name={name}"]);
    }

    [Fact]
    public async Task NoCountIsLostUnderLoad()
    {
        const int clients = 16, each = 8;
        await using TestServer server = await StartAsync(FakeBackend.Saying(_output));
        Task[] load = [.. Enumerable.Range(0, clients).Select(async client =>
        {
            for (int i = 0; i < each; i++)
                await server.AskAsync("/generate", """{"input_ids": [1, 2], "sampling_params": {"n": 3}}""");
        })];
        // What is read meanwhile is whole too.
        while (!Task.WhenAll(load).IsCompleted)
            await ReadAsync(server);
        await Task.WhenAll(load);

        Exposition metrics = await ReadAsync(server);
        const int all = clients * each * 3;
        Assert.Equal(all, metrics["sglang:num_requests_total", Model, "is_streaming=false"]);
        Assert.Equal(2 * all, metrics["sglang:prompt_tokens_total", Model, "is_streaming=false"]);
        Assert.Equal(8 * all, metrics["sglang:generation_tokens_total", Model, "is_streaming=false"]);
        Assert.Equal((all, 8 * all), Histogram(metrics, "generation_tokens_histogram", Model));
        Assert.Equal(7 * all, metrics["sglang:inter_token_latency_seconds_count", Model]);
        Assert.Equal(all, metrics["sglang:time_to_first_token_seconds_count", Model, "is_streaming=false"]);
    }

    [Fact]
    public async Task ServersInOneProcessAreToldApart()
    {
        await using TestServer one = await StartAsync(FakeBackend.Saying(_output));
        await using TestServer other = await StartAsync(FakeBackend.Saying(_output));
        await one.AskAsync("/generate", """{"input_ids": [1]}""");
        Assert.Equal(1, (await ReadAsync(one)).Sum("sglang:num_requests_total"));
        Assert.Equal(0, (await ReadAsync(other)).Sum("sglang:num_requests_total"));
    }

    private static FakeBackend Scripted(Script script) => new((request, stop) => script.RunAsync(request, stop));

    private static Task<TestServer> StartAsync(
        FakeBackend backend, Func<Gateway.Flags.GatewayOptions, Gateway.Flags.GatewayOptions>? set = null) =>
        TestServer.StartAsync(backend, options =>
        {
            options = options with { EnableMetrics = true, ServedModelName = "m" };
            return set is null ? options : set(options);
        });

    private static async Task<Exposition> ReadAsync(TestServer server) =>
        Exposition.Parse(await server.Client.GetStringAsync("/metrics"));

    private static (double Count, double Sum) Histogram(Exposition metrics, string name, params string[] labels) =>
        (metrics[$"sglang:{name}_count", labels], metrics[$"sglang:{name}_sum", labels]);
}
