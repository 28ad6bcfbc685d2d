using System.Net;
using System.Text.Json.Nodes;
using Sgl.Gateway.Tests.Support;

namespace Sgl.Gateway.Tests.Hosting;

public sealed class GracefulShutdownTests
{
    private static readonly int[] _output = TestServer.Tokenizer.Encode(" upon a time", false);

    [Fact]
    public async Task ARunningRequestFinishesBeforeTheServerStops()
    {
        TaskCompletionSource gate = new();
        FakeBackend backend = new((request, stop) =>
            (Script.Tokens(_output) with { Gate = gate.Task }).RunAsync(request, stop));
        await using TestServer server = await TestServer.StartAsync(
            backend, options => options with { ShutdownTimeout = TimeSpan.FromMinutes(2) });
        Task<JsonNode> asked = server.AskAsync("/generate", """{"text": "Once"}""");
        await Wait.UntilAsync(() => backend.Requests.Count == 1);
        Task stopping = server.App.StopAsync();
        await Wait.UntilAsync(() => server.App.Lifetime.ApplicationStopping.IsCancellationRequested);
        Assert.False(stopping.IsCompleted);
        gate.SetResult();
        Assert.Equal(" upon a time", (string)(await asked)["text"]!);
        await stopping;
    }

    [Fact]
    public async Task WhatDoesNotFinishInTimeIsAbortedWithItsPartialText()
    {
        FakeBackend backend = new(
            (request, stop) => (Script.Tokens(_output) with { Hangs = true }).RunAsync(request, stop));
        await using TestServer server = await TestServer.StartAsync(
            backend, options => options with { ShutdownTimeout = TimeSpan.FromMilliseconds(200) });
        Task<JsonNode> asked = server.AskAsync("/generate", """{"text": "Once"}""");
        await Wait.UntilAsync(() => backend.Requests.Count == 1);
        await server.App.StopAsync();
        JsonNode answer = await asked;
        Assert.Equal("abort", (string)answer["meta_info"]!["finish_reason"]!["type"]!);
        Assert.Contains("shutting down", (string)answer["meta_info"]!["finish_reason"]!["message"]!);
        Assert.Single(backend.Aborted);
    }

    [Fact]
    public async Task WhileItStopsAServerIsUnhealthyAndTakesNoMore()
    {
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(_output));
        server.Service.Phase = Serving.ServerPhase.Stopping;
        using HttpResponseMessage health = await server.Client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        (HttpStatusCode status, JsonNode answer) = await server.TryAsync("/generate", """{"text": "Once"}""");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("shutting down", (string)answer["error"]!["message"]!);
    }
}
