using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Sgl.Gateway.Flags;
using Sgl.Gateway.Tests.Support;

namespace Sgl.Gateway.Tests;

/// <summary>The gateway as a library: another program hosts the same endpoints beside its own.</summary>
public sealed class SglGatewayTests
{
    [Fact]
    public async Task AnotherProgramCanHostTheEndpoints()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSglGateway(new ServedModel
        {
            Backend = FakeBackend.Saying(TestServer.Tokenizer.Encode(" upon a time", false)),
            Tokenizer = TestServer.Tokenizer,
            Template = null,
            Options = new GatewayOptions(),
        });
        await using WebApplication app = builder.Build();
        app.MapSglEndpoints();
        app.MapGet("/own", () => "its own");
        await app.StartAsync();
        app.MarkReady();

        using HttpClient client = new() { BaseAddress = new Uri(app.Urls.First()) };
        Assert.Equal("its own", await client.GetStringAsync("/own"));
        using StringContent body = new("""{"prompt": "Once"}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await client.PostAsync("/v1/completions", body);
        Assert.Contains(" upon a time", await response.Content.ReadAsStringAsync());
        await app.StopAsync();
    }
}
