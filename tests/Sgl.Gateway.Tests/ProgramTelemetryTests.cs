using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Sgl.Gateway.Tests.Support;

namespace Sgl.Gateway.Tests;

/// <summary>The program beside a collector of traces, with logs in JSON.</summary>
public sealed class ProgramTelemetryTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    private readonly ConcurrentQueue<byte[]> _received = new();

    [Fact]
    public async Task SpansGoToTheCollectorAndLogsNameTheTrace()
    {
        await using WebApplication collector = await CollectAsync();
        using ServerProcess server = await ServerProcess.StartAsync(
            ["--log-format", "json", "--log-requests", "--enable-metrics"],
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.First(),
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_SERVICE_NAME"] = "tests-of-sgl",
            });
        const string body = """{"text": "Once", "rid": "mine", "sampling_params": {"max_new_tokens": 3}}""";
        using HttpRequestMessage request = new(HttpMethod.Post, "/generate")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
            Headers = { { "traceparent", $"00-{Trace}-b7ad6b7169203331-01" }, { "X-Session-Id", "s" } },
        };
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        string metrics = await server.Client.GetStringAsync("/metrics");
        // The warm-up's request, which the ready server had answered, and this one.
        Assert.Equal(
            2, Exposition.Parse(metrics)["sglang:num_requests_total", "model_name=sgl-tiny", "is_streaming=false"]);
        string log = await server.StopAsync();

        // What was said of this request is said of its trace.
        JsonNode[] lines = [.. log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(
            line => JsonNode.Parse(line)!)];
        JsonNode[] ours = [.. lines.Where(line => (string?)line["session_id"] == "s")];
        Assert.Equal(["Receive", "Finish"], ours.Select(line => ((string)line["message"]!).Split(':')[0]));
        Assert.Equal([Trace, Trace], ours.Select(line => (string)line["trace_id"]!));
        Assert.Equal(3, (int)ours[1]["completion_tokens"]!);
        Assert.Equal((string)ours[0]["rid"]!, (string)ours[1]["rid"]!);
        Assert.All(lines, line => Assert.Null(line["connection_id"]));

        // Protobuf holds names as they are, and a trace's id as its bytes.
        string sent = string.Concat(_received.Select(Encoding.Latin1.GetString));
        Assert.Contains(Encoding.Latin1.GetString(Convert.FromHexString(Trace)), sent);
        string[] names =
        [
            "tests-of-sgl", "POST /generate", "http.request.method", "http.response.status_code", "generate", "queue",
            "prefill", "decode", "sgl.request.id",
        ];
        Assert.All(names, name => Assert.Contains(name, sent));
    }

    private async Task<WebApplication> CollectAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        app.MapPost("/v1/traces", async (HttpContext http) =>
        {
            using MemoryStream body = new();
            await http.Request.Body.CopyToAsync(body);
            _received.Enqueue(body.ToArray());
        });
        await app.StartAsync();
        return app;
    }
}
