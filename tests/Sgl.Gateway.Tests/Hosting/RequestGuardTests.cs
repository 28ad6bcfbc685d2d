using System.Net;
using Sgl.Gateway.Tests.Support;

namespace Sgl.Gateway.Tests.Hosting;

public sealed class RequestGuardTests
{
    [Theory]
    [InlineData("GET", "/v1/models", null, 401)]
    [InlineData("GET", "/v1/models", "Bearer wrong", 401)]
    [InlineData("GET", "/v1/models", "Bearer sk-1234", 401)]
    [InlineData("GET", "/v1/models", "Bearer ", 401)]
    [InlineData("GET", "/v1/models", "Basic sk-123", 401)]
    [InlineData("GET", "/v1/models", "sk-123", 401)]
    [InlineData("GET", "/no/such/route", null, 401)]
    [InlineData("GET", "/v1/models", "Bearer sk-123", 200)]
    [InlineData("GET", "/v1/models", "bearer sk-123", 200)]
    [InlineData("GET", "/health", null, 200)]
    [InlineData("GET", "/health_generate", null, 200)]
    [InlineData("GET", "/metrics", null, 404)]
    [InlineData("OPTIONS", "/v1/models", null, 405)]
    public async Task TheKeyIsAskedForEverywhereButForHealthAndPreflights(
        string method, string path, string? authorization, int status)
    {
        await using TestServer server = await StartAsync();
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        if (status == 401)
            Assert.Equal("""{"error":"Unauthorized"}""", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("Bearer sk-123", 200)]
    [InlineData("Bearer other", 401)]
    public async Task EveryOriginMayReadAnyAnswer(string authorization, int status)
    {
        await using TestServer server = await StartAsync();
        using HttpRequestMessage request = new(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        request.Headers.Add("Origin", "https://example.org");
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    [Fact]
    public async Task APreflightNeedsNoKey()
    {
        await using TestServer server = await StartAsync();
        using HttpRequestMessage request = new(HttpMethod.Options, "/v1/chat/completions");
        request.Headers.Add("Origin", "https://example.org");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("authorization", response.Headers.GetValues("Access-Control-Allow-Headers").Single());
    }

    private static Task<TestServer> StartAsync() =>
        TestServer.StartAsync(FakeBackend.Saying(1), options => options with { ApiKey = "sk-123" });
}
