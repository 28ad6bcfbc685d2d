using System.Text.Json.Nodes;
using Sgl.Engine.Requests;

namespace Sgl.Bench.Reporting;

/// <summary>
/// Results as JSON: one object a run, on standard output and, where a file is named, as a line at its end.
/// </summary>
internal static class ResultFile
{
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static async Task WriteAsync(JsonObject result, string? path, string flag)
    {
        string line = result.ToJsonString();
        Console.WriteLine(line);
        if (path is null)
            return;
        try
        {
            await File.AppendAllTextAsync(path, line + "\n");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{flag} '{path}': cannot be written: {error.Message}", error);
        }
    }
}
