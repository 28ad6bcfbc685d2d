using System.Text;
using System.Text.Json;
using Sgl.Engine.Requests;
using Sgl.Engine.Text;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Responses;

/// <summary>
/// /v1/chat/completions. A stream begins each choice with a chunk that has only the role; then every chunk has string
/// content and, when asked for, logprobs; the finish reason comes once, with the last of them.
/// </summary>
internal sealed class ChatShape(Envelope envelope, Tokenizer tokenizer) : IResponseShape
{
    public void WriteWhole(Utf8JsonWriter json, IReadOnlyList<Generation> all)
    {
        envelope.WriteWholeStart(json);
        json.WriteStartArray("choices");
        foreach (Generation generation in all)
        {
            json.WriteStartObject();
            json.WriteNumber("index", generation.Plan.Index);
            json.WriteStartObject("message");
            json.WriteString("role", "assistant");
            json.WriteString("content", generation.Text);
            json.WriteNull("reasoning_content");
            json.WriteNull("tool_calls");
            json.WriteEndObject();
            WriteChoiceEnd(json, generation);
        }

        json.WriteEndArray();
        envelope.WriteWholeEnd(json, all);
    }

    public void WriteNews(SseWriter events, Generation generation)
    {
        if (!generation.IsBegun)
        {
            generation.MarkBegun();
            WriteRole(events, generation);
        }

        bool logprobs = generation.Plan.Request.Logprobs is not null;
        if (generation.Text.Length == generation.Sent.Text && generation.Finish is null && !logprobs)
            return;
        Utf8JsonWriter json = events.BeginEvent();
        WriteChunkStart(json, generation);
        json.WriteStartObject("delta");
        json.WriteString("content", generation.Text[generation.Sent.Text..]);
        json.WriteEndObject();
        WriteChoiceEnd(json, generation);
        json.WriteEndArray();
        envelope.WriteChunkEnd(json, generation);
        generation.MarkSent();
        events.EndEvent();
    }

    public void WriteEnd(SseWriter events, IReadOnlyList<Generation> all) => envelope.WriteUsageChunk(events, all);

    private void WriteRole(SseWriter events, Generation generation)
    {
        Utf8JsonWriter json = events.BeginEvent();
        WriteChunkStart(json, generation);
        json.WriteStartObject("delta");
        json.WriteString("role", "assistant");
        json.WriteString("content", "");
        json.WriteEndObject();
        json.WriteNull("logprobs");
        json.WriteChoiceFinish(null);
        json.WriteEndObject();
        json.WriteEndArray();
        envelope.WriteChunkEnd(json, generation);
        events.EndEvent();
    }

    private void WriteChunkStart(Utf8JsonWriter json, Generation generation)
    {
        envelope.WriteChunkStart(json);
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", generation.Plan.Index);
    }

    private void WriteChoiceEnd(Utf8JsonWriter json, Generation generation)
    {
        if (generation.Plan.Request.Logprobs is null || generation.Sent.Tokens == generation.Logprobs.Count)
            json.WriteNull("logprobs");
        else
            WriteLogprobs(json, generation);
        json.WriteChoiceFinish(generation.Finish);
        json.WriteEndObject();
    }

    private void WriteLogprobs(Utf8JsonWriter json, Generation generation)
    {
        json.WriteStartObject("logprobs");
        json.WriteStartArray("content");
        for (int i = generation.Sent.Tokens; i < generation.Logprobs.Count; i++)
        {
            PositionLogprobs position = generation.Logprobs[i];
            json.WriteStartObject();
            WriteToken(json, position.Token, position.Logprob);
            json.WriteStartArray("top_logprobs");
            foreach (TokenLogprob candidate in position.Top)
            {
                json.WriteStartObject();
                WriteToken(json, candidate.Token, candidate.Logprob);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteToken(Utf8JsonWriter json, int token, float? logprob)
    {
        byte[] bytes = tokenizer.TokenBytes(token);
        json.WriteString("token", Encoding.UTF8.GetString(bytes));
        json.WriteStartArray("bytes");
        foreach (byte unit in bytes)
            json.WriteNumberValue(unit);
        json.WriteEndArray();
        json.WritePropertyName("logprob");
        json.WriteLogprob(logprob);
    }
}
