using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;
using Sgl.Gateway.Hosting;
using Sgl.Silo.Flags;
using Sgl.Silo.Hosting;

namespace Sgl.Client.Tests;

/// <summary>A silo with both roles in this process, on the embedded model, and a client of it.</summary>
public sealed class OneSilo : IAsyncLifetime
{
    private WebApplication? _app;
    private SglClient? _client;

    public SglClient Client => _client!;

    public HttpClient Http { get; } = new();

    public async Task InitializeAsync()
    {
        int port = FreePort();
        SiloOptions options = SiloFlagParser.Parse(
            [
                "--port", "0", "--client-port", $"{port}", "--cluster-id", "client-tests", "--device", "cpu",
                "--cpu-threads", "1", "--log-level", "error",
            ],
            _ => null)!;
        _app = SiloHost.Build(options, NullLoggerFactory.Instance);
        await GatewayHost.StartAsync(_app, options.Gateway);
        Http.BaseAddress = new Uri(_app.Urls.First());
        _client = await SglClient.ConnectLocalAsync(port, "sgl-tiny", "client-tests");
    }

    public async Task DisposeAsync()
    {
        await Client.DisposeAsync();
        Http.Dispose();
        await _app!.StopAsync();
        await _app.DisposeAsync();
    }

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
