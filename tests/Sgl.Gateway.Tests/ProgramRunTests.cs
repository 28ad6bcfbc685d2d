using System.Text;
using System.Text.Json.Nodes;
using Sgl.Gateway.Tests.Support;

namespace Sgl.Gateway.Tests;

/// <summary>
/// The program from start to SIGTERM, with the embedded model, from a foreign folder and a misleading environment.
/// </summary>
public sealed class ProgramRunTests
{
    [Fact]
    public async Task ItLoadsWarmsUpServesAndStops()
    {
        using ServerProcess server = await ServerProcess.StartAsync(
            ["--api-key=k", "--log-requests", "--dtype", "float32", "--enable-torch-compile",
                "--enable-deterministic-inference"],
            new Dictionary<string, string>
            {
                ["ASPNETCORE_URLS"] = "http://127.0.0.1:1",
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
            });
        Assert.Contains("Loading weights: 100 %", server.StartLog);
        Assert.Contains("--enable-torch-compile changes nothing: there is no torch", server.StartLog);
        Assert.Contains(
            "--enable-deterministic-inference changes nothing: the CPU keeps its promise", server.StartLog);

        HttpClient client = server.Client;
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

        string log = await server.StopAsync();
        Assert.Contains("Receive: rid=mine", log);
        Assert.Contains("Finish: rid=mine", log);
    }
}
