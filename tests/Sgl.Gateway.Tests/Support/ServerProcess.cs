using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sgl.Gateway.Tests.Support;

/// <summary>The program, started in a foreign folder and stopped by SIGTERM.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, int port)
    {
        _process = process;
        Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public HttpClient Client { get; }

    /// <summary>What it logged before it was ready.</summary>
    public string StartLog { get; private set; } = "";

    /// <summary>Returns when the server is ready.</summary>
    public static async Task<ServerProcess> StartAsync(
        IEnumerable<string> flags, IReadOnlyDictionary<string, string> environment)
    {
        int port = FreePort();
        ProcessStartInfo start = new("dotnet",
            [typeof(SglGateway).Assembly.Location, "--port", $"{port}", "--device", "cpu", .. flags])
        {
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        ServerProcess server = new(Process.Start(start)!, port);
        try
        {
            server.StartLog = await server.ReadUntilAsync("The server is fired up and ready to roll!");
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <returns>What it logged since it was ready.</returns>
    public async Task<string> StopAsync()
    {
        using Process kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        string log = await _process.StandardError.ReadToEndAsync();
        await _process.WaitForExitAsync();
        Assert.Equal(0, _process.ExitCode);
        return log;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
        Client.Dispose();
    }

    private async Task<string> ReadUntilAsync(string text)
    {
        StringBuilder log = new();
        while (await _process.StandardError.ReadLineAsync() is string line)
        {
            log.AppendLine(line);
            if (line.Contains(text))
                return log.ToString();
        }

        throw new InvalidOperationException($"The program ended early:\n{log}");
    }

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
