using System.Text.Json;
using System.Text.Json.Nodes;
using Sgl.Grains.Abstractions;

namespace Sgl.Silo.Clients;

/// <summary>
/// A call as the body of the request over HTTP that it stands for: both are then read, checked and answered by the same
/// code.
/// </summary>
internal static class CallBody
{
    public static JsonDocument Of(ChatCall call)
    {
        JsonObject body = Sampling(call.Options, "max_completion_tokens", "seed");
        body["messages"] = new JsonArray([.. call.Messages.Select(
            turn => new JsonObject { ["role"] = turn.Role, ["content"] = turn.Text })]);
        return Document(body);
    }

    public static JsonDocument Of(GenerateCall call)
    {
        JsonObject body = new() { ["sampling_params"] = Sampling(call.Options, "max_new_tokens", "sampling_seed") };
        if (call.Text is not null)
            body["text"] = call.Text;
        if (call.Tokens is not null)
            body["input_ids"] = new JsonArray([.. call.Tokens.Select(token => (JsonNode)token)]);
        return Document(body);
    }

    private static JsonObject Sampling(CallOptions options, string length, string seed)
    {
        JsonObject fields = new() { ["ignore_eos"] = options.IgnoreEos };
        Add(length, options.MaxTokens);
        Add(seed, options.Seed);
        Add("temperature", options.Temperature);
        Add("top_p", options.TopP);
        Add("top_k", options.TopK);
        Add("min_p", options.MinP);
        Add("frequency_penalty", options.FrequencyPenalty);
        Add("presence_penalty", options.PresencePenalty);
        Add("repetition_penalty", options.RepetitionPenalty);
        if (options.Stop.Length > 0)
            fields["stop"] = new JsonArray([.. options.Stop.Select(stop => (JsonNode)stop)]);
        return fields;

        void Add<T>(string name, T? value)
            where T : struct
        {
            if (value is { } given)
                fields[name] = JsonValue.Create(given);
        }
    }

    private static JsonDocument Document(JsonObject body) =>
        JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(body));
}
