using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Sgl.TestSupport;

namespace Sgl.Tidy.Tests;

/// <summary>
/// README and ARCHITECTURE cannot rot: what they name exists, and the quick start is run as it stands.
/// </summary>
public sealed class ReadmeTests
{
    private const string Ready = "The server is fired up and ready to roll!";

    [Theory]
    [InlineData("README.md")]
    [InlineData("ARCHITECTURE.md")]
    [InlineData("CONTRIBUTING.md")]
    public void PathsExist(string page) => Tidy.AssertNone(
        from Match match in Regex.Matches(Read(page), @"`([\w.-]+(?:/[\w.*-]*)+)`|\]\(([^)#:]+)\)")
        let path = match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value
        where !path.StartsWith('/') && !path.StartsWith("v1/", StringComparison.Ordinal) && !path.Contains('*')
        where !Path.Exists(Path.Combine(Repository.Root, path))
        select $"{page} names {path}, which does not exist.");

    [Fact]
    public async Task TheQuickStartServes()
    {
        string block = Regex.Match(Read("README.md"), "(?<=```bash quickstart\n)[^`]*(?=```)").Value;
        string[] commands = block.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("dotnet run --project Sgl.Gateway", commands[0]);
        string port = FreePort().ToString();

        // A relative folder, for dotnet run must leave the user where he is.
        using Process server = Start(
            $"exec {commands[0].Split('#')[0].Trim()} -- --port {port} --tokenizer-path models/sgl-tiny");
        try
        {
            await WaitForAsync(server, Ready);
            foreach (string command in commands.Skip(1))
            {
                string here = command.Replace("curl ", "curl -sS --fail ").Replace(":30000", ":" + port);
                (int code, string output) = await Command.RunAsync("bash", ["-c", here], Repository.Root);
                Assert.True(code == 0, $"{command}\nended with {code}:\n{output}");
                Assert.Contains("\"", output);
            }
        }
        finally
        {
            server.Kill(entireProcessTree: true);
        }
    }

    private static Process Start(string command) => Process.Start(new ProcessStartInfo("bash", ["-c", command])
    {
        WorkingDirectory = Repository.Root,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    /// <summary>
    /// Reads both streams until a line contains the text; a server that ends before fails with all it said.
    /// </summary>
    private static async Task WaitForAsync(Process server, string text)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(4));
        TaskCompletionSource found = new();
        List<string> said = [];
        Task[] readers = [.. new[] { server.StandardOutput, server.StandardError }.Select(async reader =>
        {
            while (await reader.ReadLineAsync(limit.Token) is { } line)
            {
                lock (said)
                    said.Add(line);
                if (line.Contains(text))
                    found.TrySetResult();
            }
        })];
        await Task.WhenAny(found.Task, Task.WhenAll(readers));
        Assert.True(
            found.Task.IsCompletedSuccessfully, $"The server never said \"{text}\":\n{string.Join('\n', said)}");
    }

    private static string Read(string page) => File.ReadAllText(Path.Combine(Repository.Root, page));

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
