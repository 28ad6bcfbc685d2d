using System.Diagnostics;
using System.Globalization;

namespace Sgl.Cluster.Bench.Harness;

/// <summary>One process of Sgl.Silo, or of Sgl.Gateway, that can be killed, stopped and drained.</summary>
internal sealed class SiloProcess(string name, string program, IReadOnlyList<string> arguments, int port, string folder)
{
    private LoggedProcess? _process;

    public string Name => name;

    /// <summary>Of its web server.</summary>
    public string Url { get; } = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    public string LogFile { get; } = Path.Combine(folder, $"{name}.log");

    public bool IsRunning => _process is { Process.HasExited: false };

    public void Start() => _process = new LoggedProcess(
        LogFile, "dotnet",
        [program, .. arguments, "--host", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>Waits until its web server says that it is well.</summary>
    /// <exception cref="InvalidOperationException">It ended, or did not come up in time.</exception>
    public async Task WaitUntilReadyAsync(TimeSpan patience)
    {
        using HttpClient http = new() { Timeout = TimeSpan.FromSeconds(5) };
        long start = Stopwatch.GetTimestamp();
        string problem = "";
        while (Stopwatch.GetElapsedTime(start) < patience)
        {
            if (!IsRunning)
                throw new InvalidOperationException($"{name} has ended; see {LogFile}.");
            try
            {
                using HttpResponseMessage response = await http.GetAsync($"{Url}/health");
                if (response.IsSuccessStatusCode)
                    return;
                problem = $"/health answers {(int)response.StatusCode}";
            }
            catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
            {
                problem = error.Message;
            }
            await Task.Delay(100);
        }
        throw new InvalidOperationException($"{name} is not ready after {patience}: {problem}; see {LogFile}.");
    }

    /// <summary>As by kill -9.</summary>
    public async Task KillAsync()
    {
        await Shell.SignalAsync(_process!.Process, "KILL");
        await EndAsync();
    }

    /// <summary>It stands still, with all its connections open.</summary>
    public Task PauseAsync() => Shell.SignalAsync(_process!.Process, "STOP");

    public Task ResumeAsync() => Shell.SignalAsync(_process!.Process, "CONT");

    /// <summary>Asks it to drain and end, and waits until it has.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> DrainAsync()
    {
        await Shell.SignalAsync(_process!.Process, "TERM");
        return await EndAsync();
    }

    private async Task<int> EndAsync()
    {
        await _process!.Process.WaitForExitAsync();
        int code = _process.Process.ExitCode;
        _process.Dispose();
        _process = null;
        return code;
    }
}
