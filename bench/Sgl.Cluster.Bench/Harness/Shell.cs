using System.Diagnostics;

namespace Sgl.Cluster.Bench.Harness;

/// <summary>Programs of the operating system.</summary>
internal static class Shell
{
    /// <exception cref="InvalidOperationException">The program failed; tells what it wrote.</exception>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await output}{errors}");
    }

    /// <param name="signal">KILL, STOP, CONT, TERM or INT.</param>
    public static Task SignalAsync(Process process, string signal) => RunAsync("kill", $"-{signal}", $"{process.Id}");
}
