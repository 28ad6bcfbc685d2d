using System.Text.Json;
using System.Text.Json.Nodes;
using Sgl.Engine.Requests;

namespace Sgl.Engine.Text.Jinja;

/// <summary>What a model's folder says about its chat template.</summary>
/// <exception cref="UserErrorException">A file that is no JSON, or a template that is none.</exception>
internal sealed class TokenizerFolder(string folder)
{
    private readonly JsonObject _config = ReadJson(Path.Combine(folder, "tokenizer_config.json"));

    /// <summary>
    /// The folder's own template: chat_template.jinja, else tokenizer_config.json, else chat_template.json.
    /// </summary>
    public JinjaChat? OwnChat(TimeProvider time)
    {
        var file = Path.Combine(folder, "chat_template.jinja");
        if (File.Exists(file))
            return new(Parse(File.ReadAllText(file), file), null, SpecialTokens(), time);
        foreach (var name in (string[])["tokenizer_config.json", "chat_template.json"])
        {
            file = Path.Combine(folder, name);
            if (ReadJson(file)["chat_template"] is { } template)
                return FromJson(template, file, time);
        }

        return null;
    }

    /// <param name="text">A template from elsewhere.</param>
    /// <param name="origin">Where it comes from, for error messages.</param>
    public JinjaChat OtherChat(string text, string origin, TimeProvider time) =>
        new(Parse(text, origin), null, SpecialTokens(), time);

    private JinjaChat FromJson(JsonNode template, string file, TimeProvider time)
    {
        if (template is not JsonArray named)
            return OtherChat(template.ToString(), file, time);
        var templates = named.OfType<JsonObject>().Where(t => t["name"] is not null && t["template"] is not null)
            .ToDictionary(t => t["name"]!.ToString(), t => t["template"]!.ToString());
        if (!templates.TryGetValue("default", out var plain))
            throw new UserErrorException(
                $"chat_template of {file} has only the templates {string.Join(", ", templates.Keys)}, no 'default'");
        var withTools = templates.TryGetValue("tool_use", out var text) ? Parse(text, file) : null;
        return new(Parse(plain, file), withTools, SpecialTokens(), time);
    }

    private static JinjaChat.Source Parse(string text, string origin)
    {
        try
        {
            return new(text);
        }
        catch (JinjaSyntaxException e)
        {
            throw new UserErrorException($"the chat template in {origin} cannot be read, {e.Message}", e);
        }
    }

    /// <summary>bos_token and its like; those that are null are no variables.</summary>
    private JsonObject SpecialTokens()
    {
        var tokens = new JsonObject();
        foreach (var source in (JsonObject[])[_config, ReadJson(Path.Combine(folder, "special_tokens_map.json"))])
        {
            foreach (var (name, value) in source)
            {
                if (tokens.ContainsKey(name))
                    continue;
                if (value is JsonArray several && name == "additional_special_tokens")
                    tokens[name] = new JsonArray([.. several.Select(Content)]);
                else if (name.EndsWith("_token", StringComparison.Ordinal) && Content(value) is { } token)
                    tokens[name] = token;
            }
        }

        return tokens;
    }

    // A token is its text, or an object that has it as content.
    private static JsonNode? Content(JsonNode? token) => token switch
    {
        JsonObject added => added["content"]?.DeepClone(),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.DeepClone(),
        _ => null,
    };

    private static JsonObject ReadJson(string file)
    {
        if (!File.Exists(file))
            return [];
        try
        {
            return JsonNode.Parse(File.ReadAllText(file)) as JsonObject
                ?? throw new UserErrorException($"{file} is not a JSON object");
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{file} is not valid JSON: {e.Message}", e);
        }
    }
}
