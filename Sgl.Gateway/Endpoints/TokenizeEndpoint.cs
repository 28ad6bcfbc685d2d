using System.Text.Json;
using Sgl.Gateway.Requests;
using Sgl.Gateway.Responses;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Endpoints;

/// <summary>Text (or a chat) to token ids, and back.</summary>
internal static class TokenizeEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, GenerationService service)
    {
        foreach (string prefix in new[] { "", "/v1" })
        {
            routes.MapPost(prefix + "/tokenize", http => TokenizeAsync(http, service));
            routes.MapPost(prefix + "/detokenize", http => DetokenizeAsync(http, service));
        }
    }

    private static async Task TokenizeAsync(HttpContext http, GenerationService service)
    {
        using JsonDocument body = await RequestBody.ReadAsync(http, service.Limits);
        JsonFields fields = new(body.RootElement);
        bool hasPrompt = fields.TryGet("prompt", out JsonElement prompt);
        if (hasPrompt == fields.TryGet("messages", out _))
            throw new RequestException(
                $"Either prompt or messages should be provided; the request has {(hasPrompt ? "both" : "neither")}.",
                "prompt");

        bool special = fields.Bool("add_special_tokens") ?? true;
        int[][] lists = hasPrompt
            ? [.. fields.Texts("prompt")!.Select(text => service.Served.Tokenizer.Encode(text, special))]
            : [ChatPrompt.Tokens(fields, service.Served)];
        bool many = hasPrompt && prompt.ValueKind == JsonValueKind.Array;
        await JsonOutput.SendAsync(
            http, StatusCodes.Status200OK, json => Write(json, lists, many, service.Model.ContextLength));
    }

    private static void Write(Utf8JsonWriter json, int[][] lists, bool many, int contextLength)
    {
        json.WriteStartObject();
        if (!many)
        {
            json.WriteInts("tokens", lists[0]);
            json.WriteNumber("count", lists[0].Length);
        }
        else
        {
            json.WriteAny("tokens", lists);
            json.WriteInts("count", [.. lists.Select(list => list.Length)]);
        }

        json.WriteNumber("max_model_len", contextLength);
        json.WriteEndObject();
    }

    private static async Task DetokenizeAsync(HttpContext http, GenerationService service)
    {
        using JsonDocument body = await RequestBody.ReadAsync(http, service.Limits);
        JsonFields fields = new(body.RootElement);
        bool skip = fields.Bool("skip_special_tokens") ?? true;
        if (fields.List("tokens") is not JsonElement tokens)
            throw new RequestException(
                "tokens: the field is missing; expected a list of token ids, or a list of such lists.", "tokens");
        string Decode(string name, JsonElement list)
        {
            int[] ids = list.ValueKind == JsonValueKind.Array
                ? fields.Ints(name, list, int.MinValue, int.MaxValue)
                : throw fields.Wrong(name, list, "a list of token ids");
            SamplingFields.Check(fields, name, ids, service.Model);
            return service.Served.Tokenizer.Decode(ids, skip);
        }

        bool many = tokens.EnumerateArray().FirstOrDefault().ValueKind == JsonValueKind.Array;
        object text = many
            ? tokens.EnumerateArray().Select((list, i) => Decode($"tokens[{i}]", list)).ToArray()
            : Decode("tokens", tokens);
        await JsonOutput.SendAsync(http, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteAny("text", text);
            json.WriteEndObject();
        });
    }
}
