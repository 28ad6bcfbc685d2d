using System.Text.Json;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Responses;

/// <summary>What every answer and every chunk of one OpenAI request shares.</summary>
internal sealed record Envelope
{
    public required string Id { get; init; }

    /// <summary>Of an answer, and of a streamed chunk.</summary>
    public required (string Whole, string Chunk) ObjectNames { get; init; }

    /// <summary>As the request named it.</summary>
    public required string Model { get; init; }

    public required StreamOptions Options { get; init; }

    public required bool CacheReport { get; init; }

    private long Created { get; } = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    public void WriteWholeStart(Utf8JsonWriter json) => WriteStart(json, ObjectNames.Whole);

    public void WriteChunkStart(Utf8JsonWriter json) => WriteStart(json, ObjectNames.Chunk);

    /// <summary>The usage of a chunk with choices: none, null, or that of its generation so far.</summary>
    public void WriteChunkEnd(Utf8JsonWriter json, Generation generation)
    {
        if (Options.ContinuousUsage)
            Usage.Of([generation]).Write(json, CacheReport);
        else if (Options.IncludeUsage)
            json.WriteNull("usage");
        json.WriteEndObject();
    }

    public void WriteWholeEnd(Utf8JsonWriter json, IReadOnlyList<Generation> all)
    {
        Usage.Of(all).Write(json, CacheReport);
        json.WriteEndObject();
    }

    /// <summary>The chunk without choices that ends a stream whose client asked for usage.</summary>
    public void WriteUsageChunk(SseWriter events, IReadOnlyList<Generation> all)
    {
        if (!Options.IncludeUsage)
            return;
        Utf8JsonWriter json = events.BeginEvent();
        WriteChunkStart(json);
        json.WriteStartArray("choices");
        json.WriteEndArray();
        WriteWholeEnd(json, all);
        events.EndEvent();
    }

    private void WriteStart(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject();
        json.WriteString("id", Id);
        json.WriteString("object", name);
        json.WriteNumber("created", Created);
        json.WriteString("model", Model);
    }
}
