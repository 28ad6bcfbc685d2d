using System.Text.Json.Nodes;
using Sgl.Bench.Http;

namespace Sgl.Bench.Serving;

/// <summary>One of the APIs that a request can go through.</summary>
/// <param name="CountsEveryChunk">Whether its chunks say how many tokens there are so far.</param>
/// <param name="Body">From prompt, output length and model.</param>
internal sealed record StreamingApi(
    string Name, string Path, bool CountsEveryChunk, Func<JsonNode, int, string, ServingOptions, JsonObject> Body)
{
    private const string Chat = "sglang-oai-chat";

    private static readonly StreamingApi[] _all =
    [
        new("sglang", "generate", true, (prompt, outputLength, _, options) => new JsonObject
        {
            ["input_ids"] = prompt,
            ["sampling_params"] = new JsonObject
            {
                ["temperature"] = options.Temperature,
                ["max_new_tokens"] = outputLength,
                ["ignore_eos"] = options.IgnoreEos,
            },
            ["stream"] = true,
        }),
        new("sglang-oai", "v1/completions", false, (prompt, outputLength, model, options) =>
            OpenAiBody(model, options, "max_tokens", outputLength, "prompt", prompt)),
        new(Chat, "v1/chat/completions", false, (prompt, outputLength, model, options) =>
            OpenAiBody(model, options, "max_completion_tokens", outputLength, "messages",
                new JsonArray(new JsonObject { ["role"] = "user", ["content"] = prompt }))),
    ];

    public static string[] Names { get; } = [.. _all.Select(api => api.Name)];

    public static StreamingApi Find(string name) => _all.Single(api => api.Name == name);

    /// <summary>
    /// The prompt as this API takes it: ids, but a chat takes text, which the server makes of the ids.
    /// </summary>
    public async Task<JsonNode> PromptAsync(
        ServerClient server, int[] tokens, CancellationToken cancellation)
    {
        JsonArray ids = [.. tokens.Select(token => (JsonNode)token)];
        if (Name != Chat)
            return ids;
        JsonObject answer = await server.PostAsync("detokenize", new JsonObject { ["tokens"] = ids }, cancellation);
        return answer["text"]!.DeepClone();
    }

    private static JsonObject OpenAiBody(
        string model, ServingOptions options, string lengthName, int length, string promptName, JsonNode prompt) =>
        new()
        {
            ["model"] = model,
            [promptName] = prompt,
            [lengthName] = length,
            ["temperature"] = options.Temperature,
            ["ignore_eos"] = options.IgnoreEos,
            ["stream"] = true,
            ["stream_options"] = new JsonObject { ["include_usage"] = true },
        };
}
