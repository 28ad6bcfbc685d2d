using System.Text.Json;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Responses;

/// <summary>The token counts of an OpenAI answer. Each prompt counts once, however many choices it has.</summary>
internal readonly record struct Usage(int PromptTokens, int CompletionTokens, int CachedTokens)
{
    public static Usage Of(IReadOnlyList<Generation> all)
    {
        Generation[] firsts = [.. all.DistinctBy(generation => generation.Plan.Prompt)];
        return new Usage(
            firsts.Sum(generation => generation.Plan.Request.Prompt.Length),
            all.Sum(generation => generation.Tokens.Count),
            firsts.Sum(generation => generation.CachedTokens));
    }

    public void Write(Utf8JsonWriter json, bool cacheReport)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", PromptTokens);
        json.WriteNumber("total_tokens", PromptTokens + CompletionTokens);
        json.WriteNumber("completion_tokens", CompletionTokens);
        if (cacheReport)
        {
            json.WriteStartObject("prompt_tokens_details");
            json.WriteNumber("cached_tokens", CachedTokens);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("prompt_tokens_details");
        }

        json.WriteNumber("reasoning_tokens", 0);
        json.WriteEndObject();
    }
}
