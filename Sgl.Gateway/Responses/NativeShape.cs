using System.Text.Json;
using Sgl.Engine.Requests;
using Sgl.Engine.Text;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Responses;

/// <summary>/generate: cumulative text, and meta_info as the union of what SGLang v0.3 and today's give.</summary>
/// <param name="asList">A batch, or n above 1, is answered by a list.</param>
internal sealed class NativeShape(Tokenizer tokenizer, bool asList) : IResponseShape
{
    private const string WeightVersion = "default";

    public void WriteWhole(Utf8JsonWriter json, IReadOnlyList<Generation> all)
    {
        if (asList)
            json.WriteStartArray();
        foreach (Generation generation in all)
            Write(json, generation);
        if (asList)
            json.WriteEndArray();
    }

    public void WriteNews(SseWriter events, Generation generation)
    {
        Write(events.BeginEvent(), generation);
        generation.MarkSent();
        events.EndEvent();
    }

    public void WriteEnd(SseWriter events, IReadOnlyList<Generation> all)
    {
        // The last news of each generation has said everything.
    }

    private void Write(Utf8JsonWriter json, Generation generation)
    {
        json.WriteStartObject();
        json.WriteString("text", generation.Text);
        json.WriteInts("output_ids", generation.Tokens);
        json.WriteStartObject("meta_info");
        WriteMeta(json, generation);
        json.WriteEndObject();
        if (asList)
            json.WriteNumber("index", generation.Plan.Index);
        json.WriteEndObject();
    }

    private void WriteMeta(Utf8JsonWriter json, Generation generation)
    {
        json.WriteString("id", generation.Plan.Request.Id);
        json.WriteNativeFinish("finish_reason", generation.Finish);
        json.WriteNumber("prompt_tokens", generation.Plan.Request.Prompt.Length);
        json.WriteNumber("completion_tokens", generation.Tokens.Count);
        json.WriteNumber("completion_tokens_wo_jump_forward", generation.Tokens.Count);
        json.WriteNumber("cached_tokens", generation.CachedTokens);
        json.WriteNumber("reasoning_tokens", 0);
        json.WriteString("weight_version", WeightVersion);
        json.WriteNumber("num_retractions", generation.Retractions);
        json.WriteNumber("queue_time", Math.Round(generation.QueueSeconds, 6));
        json.WriteNumber("e2e_latency", Math.Round(generation.Elapsed.TotalSeconds, 6));
        json.WriteNumber(
            "response_sent_to_client_ts", Math.Round(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1e3, 3));
        if (generation.Plan.Request.Logprobs is not null)
            WriteLogprobs(json, generation);
    }

    private void WriteLogprobs(Utf8JsonWriter json, Generation generation)
    {
        IReadOnlyList<PositionLogprobs> input = generation.PromptLogprobs;
        bool top = generation.Plan.Request.Logprobs!.Top > 0;
        bool text = generation.Plan.Prompt.TextInLogprobs;
        WriteTokens(json, "input_token_logprobs", input, firstIsNull: true, text);
        WriteTokens(json, "output_token_logprobs", generation.Logprobs, firstIsNull: false, text);
        WriteTops(json, "input_top_logprobs", top ? input : [], firstIsNull: true, text);
        WriteTops(json, "output_top_logprobs", top ? generation.Logprobs : [], firstIsNull: false, text);
        json.WriteNumber("output_token_logprobs_length", generation.Logprobs.Count);
        // v0.3's frontend ranks choices by it.
        json.WritePropertyName("normalized_prompt_logprob");
        json.WriteLogprob(input.Count > 1 ? input.Skip(1).Average(position => position.Logprob) : null);
    }

    /// <param name="firstIsNull">SGLang's rule: the first input position given has no logprob, wherever it
    /// lies.</param>
    private void WriteTokens(
        Utf8JsonWriter json, string name, IReadOnlyList<PositionLogprobs> positions, bool firstIsNull, bool text)
    {
        json.WriteStartArray(name);
        for (int i = 0; i < positions.Count; i++)
            WriteTriple(json, i == 0 && firstIsNull ? null : positions[i].Logprob, positions[i].Token, text);
        json.WriteEndArray();
    }

    private void WriteTops(
        Utf8JsonWriter json, string name, IReadOnlyList<PositionLogprobs> positions, bool firstIsNull, bool text)
    {
        json.WriteStartArray(name);
        for (int i = 0; i < positions.Count; i++)
        {
            if (i == 0 && firstIsNull)
            {
                json.WriteNullValue();
                continue;
            }

            json.WriteStartArray();
            foreach (TokenLogprob candidate in positions[i].Top)
                WriteTriple(json, candidate.Logprob, candidate.Token, text);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private void WriteTriple(Utf8JsonWriter json, float? logprob, int token, bool text)
    {
        json.WriteStartArray();
        json.WriteLogprob(logprob);
        json.WriteNumberValue(token);
        json.WriteStringValue(text ? tokenizer.TextOf(token) : null);
        json.WriteEndArray();
    }
}
