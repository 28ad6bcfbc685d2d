using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Sgl.TestSupport;

namespace Sgl.Gateway.Tests;

/// <summary>
/// The program as a user starts it: what is wrong with the command line ends it with one line and code 2.
/// </summary>
public sealed class ProgramTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sgl-gateway-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("--bogus", "--bogus: unknown flag")]
    [InlineData("--port=no", "--port 'no'")]
    [InlineData("--model-path=/no/such/folder", "--model-path '/no/such/folder': no such folder")]
    [InlineData("--model-path=meta-llama/Llama-3", "looks like a Hugging Face id")]
    [InlineData("--host=no.such.host.invalid", "--host 'no.such.host.invalid': no such name")]
    [InlineData("--host=192.0.2.1", "--host 192.0.2.1")]
    [InlineData("--tokenizer-path=/no/such/folder", "--tokenizer-path '/no/such/folder'")]
    [InlineData("--chat-template=/no/such.jinja", "no/such.jinja")]
    public Task AWrongFlagIsOneLineAndCode2(string argument, string message) =>
        FailsAsync(message, argument, "--port=0");

    [Fact]
    public Task AFolderWithoutAConfigIsNamed() =>
        FailsAsync($"--model-path '{_folder}': the folder has no config.json", $"--model-path={_folder}", "--port=0");

    [Fact]
    public Task AFolderWithoutATokenizerIsNamed()
    {
        File.Copy(Path.Combine(Repository.TinyModel, "config.json"), Path.Combine(_folder, "config.json"));
        return FailsAsync("the folder has no tokenizer.json", $"--model-path={_folder}", "--port=0");
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("generation_config.json")]
    [InlineData("model.safetensors")]
    public Task ABrokenFileIsNamed(string broken)
    {
        foreach (string file in Directory.GetFiles(Repository.TinyModel))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(_folder, broken), "{ this is broken");
        return FailsAsync(broken, $"--model-path={_folder}", "--port=0");
    }

    [Fact]
    public async Task APortInUseIsNamed()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await FailsAsync($"--port {port}: already in use", $"--port={port}");
    }

    [Fact]
    public async Task HelpGoesToStdoutWithCode0()
    {
        (int code, string output, string errors) = await RunAsync("--help");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("--max-running-requests N", output);
    }

    private static async Task FailsAsync(string message, params string[] args)
    {
        (int code, string output, string errors) = await RunAsync(args);
        Assert.True(code == 2 && output == "", $"exit code {code}\n{output}\n{errors}");
        // Beside it there may be lines of the log and of progress.
        string line = Assert.Single(
            errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => !line.StartsWith('[')
                && !line.StartsWith("Loading weights", StringComparison.Ordinal));
        Assert.StartsWith("error: ", line);
        Assert.Contains(message, line);
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] args)
    {
        ProcessStartInfo start = new("dotnet", [typeof(SglGateway).Assembly.Location, .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }
}
