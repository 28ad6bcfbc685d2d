using System.Net;
using Sgl.Engine.Requests;
using Sgl.Gateway.Tests.Support;

namespace Sgl.Gateway.Tests.Endpoints;

public sealed class HealthTests
{
    [Fact]
    public async Task AServerIsHealthyWhenItIsReady()
    {
        FakeBackend backend = FakeBackend.Saying(1);
        await using TestServer server = await TestServer.StartAsync(backend, ready: false);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(server, "/health"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(server, "/health_generate"));
        Assert.Empty(backend.Requests);
        // The warm-up request comes before the server is ready.
        await server.AskAsync("/generate", """{"text": "a"}""");
        server.App.MarkReady();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, "/health"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, "/health_generate"));
    }

    [Fact]
    public async Task HealthGenerateReallyGeneratesAToken()
    {
        FakeBackend backend = FakeBackend.Saying(1);
        await using TestServer server = await TestServer.StartAsync(backend);
        await StatusAsync(server, "/health_generate");
        Assert.Equal(1, Assert.Single(backend.Requests).Sampling.MaxNewTokens);
    }

    [Fact]
    public async Task AnEngineThatFailsOrHangsIsNotHealthy()
    {
        Script script = Script.Tokens() with { Failure = new EngineStoppedException("the loop has failed") };
        FakeBackend backend = new((request, stop) => script.RunAsync(request, stop));
        await using TestServer server = await TestServer.StartAsync(backend, options => options with
        {
            Limits = options.Limits with { HealthTimeout = TimeSpan.FromMilliseconds(300) },
        });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(server, "/health_generate"));
        script = Script.Tokens() with { Hangs = true };
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(server, "/health_generate"));
    }

    [Fact]
    public async Task AnEngineTooBusyForTheProbeIsHealthyWhileItMakesProgress()
    {
        Func<Task> ask = () => Task.CompletedTask;
        FakeBackend backend = new((request, stop) => request.Prompt.Length > 1
            ? Script.Tokens(1).RunAsync(request, stop)
            : (Script.Tokens() with { Failure = new QueueFullException(1), Gate = ask() }).RunAsync(
                request, stop));
        await using TestServer server = await TestServer.StartAsync(backend);
        ask = () => server.AskAsync("/generate", """{"input_ids": [1, 2]}""");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, "/health_generate"));
    }

    private static async Task<HttpStatusCode> StatusAsync(TestServer server, string path)
    {
        using HttpResponseMessage response = await server.Client.GetAsync(path);
        return response.StatusCode;
    }
}
