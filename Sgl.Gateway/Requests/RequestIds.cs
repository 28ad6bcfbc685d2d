using System.Text.Json;

namespace Sgl.Gateway.Requests;

/// <summary>The rid of a request: the caller's, or a new one.</summary>
internal static class RequestIds
{
    /// <summary>One id per prompt of /generate. One string for a batch gives "string_0", "string_1", ...</summary>
    public static (string[] PerPrompt, string? Group) Read(
        JsonFields fields, int prompts, bool batch, GatewayLimits limits)
    {
        if (!fields.TryGet("rid", out JsonElement value))
            return ([.. Enumerable.Range(0, prompts).Select(_ => New())], null);
        string[] given = fields.Texts("rid")!;
        if (given.FirstOrDefault(rid => rid.Length == 0 || rid.Length > limits.RequestIdLength) is string wrong)
            throw fields.Fault(
                "rid", $"an id of {wrong.Length} characters is not allowed; expected 1 to {limits.RequestIdLength}.");
        if (value.ValueKind == JsonValueKind.String)
            return batch ? (Numbered(given[0], prompts), given[0]) : (given, null);
        if (given.Length != prompts)
            throw fields.Fault("rid", $"{given.Length} ids for {prompts} prompts; expected as many as prompts.");
        return (given, null);
    }

    /// <summary>The id of an OpenAI request, which its answer carries too.</summary>
    public static string ReadOne(JsonFields fields, string prefix, GatewayLimits limits) =>
        fields.Text("rid") is null ? prefix + New() : Read(fields, 1, batch: false, limits).PerPrompt[0];

    public static string[] Numbered(string id, int prompts) =>
        [.. Enumerable.Range(0, prompts).Select(i => $"{id}_{i}")];

    private static string New() => Guid.NewGuid().ToString("N");
}
