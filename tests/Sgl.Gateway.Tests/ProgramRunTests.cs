using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Sgl.Gateway.Tests;

/// <summary>
/// The program from start to SIGTERM, with the embedded model, from a foreign folder and a misleading environment.
/// </summary>
public sealed class ProgramRunTests
{
    [Fact]
    public async Task ItLoadsWarmsUpServesAndStops()
    {
        int port = FreePort();
        ProcessStartInfo start = new("dotnet",
            [typeof(SglGateway).Assembly.Location, "--port", $"{port}", "--api-key=k", "--log-requests", "--dtype",
                "float32", "--device", "cpu", "--enable-torch-compile", "--enable-deterministic-inference"])
        {
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
            Environment = { ["ASPNETCORE_URLS"] = "http://127.0.0.1:1", ["ASPNETCORE_ENVIRONMENT"] = "Development" },
        };
        using Process process = Process.Start(start)!;
        try
        {
            string log = await ReadUntilAsync(process, "The server is fired up and ready to roll!");
            Assert.Contains("Loading weights: 100 %", log);
            Assert.Contains("--enable-torch-compile changes nothing: there is no torch", log);
            Assert.Contains("--enable-deterministic-inference changes nothing: the CPU keeps its promise", log);

            using HttpClient client = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            client.DefaultRequestHeaders.Authorization = new("Bearer", "k");
            const string body = """
                {"text": "Once upon a time,", "rid": "mine", "sampling_params": {"max_new_tokens": 9, "temperature": 0}}
                """;
            using StringContent content = new(body, Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await client.PostAsync("/generate", content);
            JsonNode answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            Assert.StartsWith(" there was a", (string)answer["text"]!);
            Assert.Equal(
                "sgl-tiny", (string)JsonNode.Parse(await client.GetStringAsync("/v1/models"))!["data"]![0]!["id"]!);

            using Process kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
            string rest = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.Equal(0, process.ExitCode);
            Assert.Contains("Receive: rid=mine", rest);
            Assert.Contains("Finish: rid=mine", rest);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private static async Task<string> ReadUntilAsync(Process process, string text)
    {
        StringBuilder log = new();
        while (await process.StandardError.ReadLineAsync() is string line)
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
