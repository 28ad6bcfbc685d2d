using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sgl.Gateway.Sessions;

/// <summary>
/// Writes into a request's body what it leaves to the server, id and seed: so it means the same whenever and wherever
/// it is read again.
/// </summary>
internal static class ResumableBody
{
    /// <param name="seedFields">Where the dialect has its seed, from the body down.</param>
    public static JsonDocument Complete(JsonElement body, string rid, ulong seed, IReadOnlyList<string> seedFields)
    {
        if (body.ValueKind != JsonValueKind.Object)
            return JsonDocument.Parse(body.GetRawText());
        JsonObject completed = JsonObject.Create(body)!;
        completed["rid"] ??= rid;
        AddSeed(completed, seed, [.. seedFields]);
        return JsonDocument.Parse(completed.ToJsonString());
    }

    private static void AddSeed(JsonObject at, ulong seed, ReadOnlySpan<string> path)
    {
        if (path.Length == 1)
        {
            at[path[0]] ??= JsonValue.Create(seed);
            return;
        }

        at[path[0]] ??= new JsonObject();
        JsonNode?[] children = at[path[0]] is JsonArray list ? [.. list] : [at[path[0]]];
        foreach (JsonObject child in children.OfType<JsonObject>())
            AddSeed(child, seed, path[1..]);
    }
}
