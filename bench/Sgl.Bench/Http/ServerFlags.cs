using Sgl.Bench.CommandLine;

namespace Sgl.Bench.Http;

/// <summary>The flags that say which server; every command against a URL has them.</summary>
internal static class ServerFlags
{
    public static Flag[] All { get; } =
    [
        new("--base-url", "URL", null, "the server; overrides --host and --port"),
        new("--host", "HOST", "127.0.0.1", "the server's host"),
        new("--port", "N", "30000", "the server's port"),
        new("--ready-check-timeout-sec", "S", "60", "how long to wait until the server is ready"),
    ];

    /// <summary>For commands that make up prompts.</summary>
    public static Flag VocabularySize { get; } =
        new("--vocab-size", "N", null, "token ids to draw from; else what /server_info says");

    public static async Task<int> VocabularyAsync(
        FlagValues flags, ServerClient server, CancellationToken cancellation) =>
        flags.IntegerOrNull(VocabularySize.Name, 8) ?? await ServerState.VocabularyAsync(server, cancellation);

    /// <summary>Connects and waits until the server is ready. OPENAI_API_KEY, when set, is its key.</summary>
    public static async Task<ServerClient> ConnectAsync(FlagValues flags, CancellationToken cancellation)
    {
        string url = flags.TextOrNull("--base-url") ?? $"http://{flags.Text("--host")}:{flags.Integer("--port", 1)}";
        double seconds = flags.Number("--ready-check-timeout-sec", 0, double.PositiveInfinity);
        ServerClient server = new(url, Environment.GetEnvironmentVariable("OPENAI_API_KEY"));
        try
        {
            await server.WaitUntilReadyAsync(seconds, cancellation);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }
}
