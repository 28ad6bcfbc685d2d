using System.Text.Json;
using Sgl.Engine.Requests;
using Sgl.Engine.Text;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Responses;

/// <summary>/v1/completions.</summary>
/// <param name="echoes">The text of each prompt, to stand in front of its choices; null without echo.</param>
internal sealed class CompletionShape(
    Envelope envelope, Tokenizer tokenizer, IReadOnlyList<string>? echoes, int generations, int perPrompt)
        : IResponseShape
{
    /// <summary>
    /// Per generation: where in its text the next token begins, in characters, and its output tokens before.
    /// </summary>
    private readonly (int Offset, int Tokens)[] _next = new (int, int)[generations];

    public void WriteWhole(Utf8JsonWriter json, IReadOnlyList<Generation> all)
    {
        envelope.WriteWholeStart(json);
        json.WriteStartArray("choices");
        foreach (Generation generation in all)
            WriteChoice(json, generation, first: true);
        json.WriteEndArray();
        envelope.WriteWholeEnd(json, all);
    }

    public void WriteNews(SseWriter events, Generation generation)
    {
        bool first = generation.Sent.Tokens == 0;
        bool logprobs = generation.Plan.Request.Logprobs is not null;
        bool silent = generation.Text.Length == generation.Sent.Text && generation.Finish is null && !logprobs;
        if (silent && !(first && echoes is not null))
            return;
        Utf8JsonWriter json = events.BeginEvent();
        envelope.WriteChunkStart(json);
        json.WriteStartArray("choices");
        WriteChoice(json, generation, first);
        json.WriteEndArray();
        envelope.WriteChunkEnd(json, generation);
        generation.MarkSent();
        events.EndEvent();
    }

    public void WriteEnd(SseWriter events, IReadOnlyList<Generation> all) => envelope.WriteUsageChunk(events, all);

    /// <summary>What of the generation was not sent; with the prompt, if this is the first of it.</summary>
    private void WriteChoice(Utf8JsonWriter json, Generation generation, bool first)
    {
        string? echo = first ? echoes?[generation.Plan.Index / perPrompt] : null;
        ReadOnlySpan<char> text = generation.Text[generation.Sent.Text..];
        json.WriteStartObject();
        json.WriteNumber("index", generation.Plan.Index);
        json.WriteString("text", echo is null ? text : string.Concat(echo, text));
        if (generation.Plan.Request.Logprobs is null)
            json.WriteNull("logprobs");
        else
            WriteLogprobs(json, generation, first && echoes is not null);
        json.WriteChoiceFinish(generation.Finish);
        json.WriteEndObject();
    }

    private void WriteLogprobs(Utf8JsonWriter json, Generation generation, bool withPrompt)
    {
        SkipOffsets(generation);
        PositionLogprobs[] positions =
            [.. withPrompt ? generation.PromptLogprobs : [], .. generation.Logprobs.Skip(generation.Sent.Tokens)];
        json.WriteStartObject("logprobs");
        json.WriteStartArray("tokens");
        foreach (PositionLogprobs position in positions)
            json.WriteStringValue(tokenizer.TextOf(position.Token));
        json.WriteEndArray();
        json.WriteStartArray("token_logprobs");
        foreach (PositionLogprobs position in positions)
            json.WriteLogprob(position.Logprob);
        json.WriteEndArray();
        json.WriteStartArray("top_logprobs");
        foreach (PositionLogprobs position in positions)
            WriteTop(json, position);
        json.WriteEndArray();
        json.WriteStartArray("text_offset");
        foreach (PositionLogprobs position in positions)
            json.WriteNumberValue(NextOffset(generation, position.Token));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteTop(Utf8JsonWriter json, PositionLogprobs position)
    {
        if (position.Top.Count == 0 || position.Logprob is null)
        {
            json.WriteNullValue();
            return;
        }

        // Different tokens may have the same text; a JSON object can hold it once: the likeliest.
        HashSet<string> written = [];
        json.WriteStartObject();
        foreach (TokenLogprob candidate in position.Top)
        {
            string text = tokenizer.TextOf(candidate.Token);
            if (!written.Add(text))
                continue;
            json.WritePropertyName(text);
            json.WriteLogprob(candidate.Logprob);
        }

        json.WriteEndObject();
    }

    /// <summary>A client that has come back was told the offsets of what it has.</summary>
    private void SkipOffsets(Generation generation)
    {
        ref int counted = ref _next[generation.Plan.Index].Tokens;
        if (counted == 0 && generation.Sent.Tokens > 0 && echoes is not null)
            foreach (PositionLogprobs position in generation.PromptLogprobs)
                NextOffset(generation, position.Token);
        for (; counted < generation.Sent.Tokens; counted++)
            NextOffset(generation, generation.Logprobs[counted].Token);
        counted = generation.Logprobs.Count;
    }

    /// <summary>Where the token begins; it is moved on by the characters that begin in the token's bytes.</summary>
    private int NextOffset(Generation generation, int token)
    {
        int offset = _next[generation.Plan.Index].Offset;
        bool shown = !(generation.Plan.Text.SkipSpecialTokens && tokenizer.IsSpecial(token));
        if (shown)
            _next[generation.Plan.Index].Offset += tokenizer.TokenBytes(token).Count(unit => (unit & 0xC0) != 0x80);
        return offset;
    }
}
