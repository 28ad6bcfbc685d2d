using System.Text.Json;

namespace Sgl.Bench.Http;

/// <summary>What matters of one event of a stream, whichever API sent it.</summary>
/// <param name="CompletionTokens">Tokens so far, where the event says.</param>
internal readonly record struct StreamChunk(bool HasText, int? CompletionTokens, int? PromptTokens, string? Error)
{
    /// <summary>
    /// Reads an event of /generate ("text", meta_info), /v1/completions ("text", usage) or /v1/chat/completions
    /// ("content", usage) in one pass: the names that matter mean the same in all of them.
    /// </summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static StreamChunk Parse(ReadOnlySpan<byte> json)
    {
        StreamChunk chunk = default;
        Utf8JsonReader reader = new(json);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            if (reader.ValueTextEquals("text") || reader.ValueTextEquals("content"))
                chunk = chunk with { HasText = chunk.HasText || HasCharacters(ref reader) };
            else if (reader.ValueTextEquals("completion_tokens"))
                chunk = chunk with { CompletionTokens = Number(ref reader) ?? chunk.CompletionTokens };
            else if (reader.ValueTextEquals("prompt_tokens"))
                chunk = chunk with { PromptTokens = Number(ref reader) ?? chunk.PromptTokens };
            else if (reader.ValueTextEquals("error"))
                chunk = chunk with { Error = Message(ref reader) ?? chunk.Error };
        }
        return chunk;
    }

    private static bool HasCharacters(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0;

    private static int? Number(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.Number ? reader.GetInt32() : null;

    private static string? Message(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        using JsonDocument error = JsonDocument.ParseValue(ref reader);
        bool hasMessage = error.RootElement.ValueKind == JsonValueKind.Object;
        return hasMessage && error.RootElement.TryGetProperty("message", out JsonElement message)
            ? message.ToString()
            : error.RootElement.ToString();
    }
}
