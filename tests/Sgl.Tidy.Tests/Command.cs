using System.Diagnostics;

namespace Sgl.Tidy.Tests;

internal static class Command
{
    /// <summary>Runs a program to its end and returns its exit code and what it printed on both streams.</summary>
    public static async Task<(int Code, string Output)> RunAsync(
        string file, IEnumerable<string> arguments, string folder)
    {
        ProcessStartInfo start = new(file, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start.");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
