using System.Text.Json.Nodes;
using Sgl.Engine.Requests;

namespace Sgl.Bench.Http;

/// <summary>
/// What /server_info tells of the engine. In tokens of KV pool: Free + Cached + Held = Total, always.
/// </summary>
internal sealed record ServerState(int Running, int Queued, int Total, int Free, int Cached, int Held)
{
    /// <summary>How often a running request was put off because the pool was full, since the server's start.</summary>
    public int Retractions { get; init; }

    public bool IsIdle => Running == 0 && Queued == 0;

    /// <summary>What is wrong with an idle server's pool; null when nothing is.</summary>
    public string? Leak()
    {
        if (!IsIdle)
            return $"{Running} requests run and {Queued} wait although none is left";
        if (Held != 0)
            return $"{Held} tokens of KV pool are held by nobody";
        if (Free + Cached + Held != Total)
            return $"free {Free} + cached {Cached} + held {Held} is not the pool's {Total} tokens";
        return null;
    }

    public static async Task<ServerState> ReadAsync(ServerClient server, CancellationToken cancellation)
    {
        JsonObject info = await server.GetAsync("server_info", cancellation);
        JsonNode? state = info["internal_states"]?[0];
        return new ServerState(
            Count(state, "num_running_reqs"),
            Count(state, "num_queue_reqs"),
            Count(state?["memory_usage"], "token_capacity"),
            Count(state, "free_tokens"),
            Count(state, "cached_tokens"),
            Count(state, "held_tokens"))
        {
            Retractions = Count(state, "num_retractions_total"),
        };
    }

    public static async Task<int> VocabularyAsync(ServerClient server, CancellationToken cancellation)
    {
        JsonObject info = await server.GetAsync("server_info", cancellation);
        return info["vocab_size"]?.GetValue<int>()
            ?? throw new UserErrorException("/server_info does not say vocab_size; name it with --vocab-size.");
    }

    private static int Count(JsonNode? node, string name) => node?[name]?.GetValue<int>()
        ?? throw new UserErrorException($"/server_info does not say {name} in internal_states[0] or its memory_usage.");
}
