using System.Text;
using System.Text.Json.Nodes;

namespace Sgl.Engine.Text;

/// <summary>A conversation template of separators: one of BuiltInTemplates, or read from a .json file.</summary>
internal sealed record BuiltInTemplate
{
    // More images than this in one message are the frames of a video.
    private const int MostImages = 16;

    public required string Name { get; init; }

    /// <summary>The system prompt around "{system_message}".</summary>
    public string SystemTemplate { get; init; } = "{system_message}";

    /// <summary>The system message when the request brings none.</summary>
    public string SystemMessage { get; init; } = "";

    public required string User { get; init; }

    public required string Assistant { get; init; }

    public required SeparatorStyle Style { get; init; }

    public string Sep { get; init; } = "\n";

    /// <summary>The separator behind every second turn, where the style has two.</summary>
    public string? Sep2 { get; init; }

    public IReadOnlyList<string> StopStrings { get; init; } = [];

    public string System => SystemTemplate.Replace("{system_message}", SystemMessage);

    public string IfSystem(string text) => System.Length > 0 ? text : "";

    public string SepAfter(int turn) => turn % 2 == 0 ? Sep : Sep2 ?? Sep;

    public string RoleOf(int turn) => turn % 2 == 0 ? User : Assistant;

    /// <exception cref="ChatTemplateException">A role or content that such a template has no place for.</exception>
    public string Render(JsonArray messages, bool addGenerationPrompt)
    {
        var system = SystemMessage;
        List<(string Role, string Message)> turns = [];
        foreach (var message in messages)
        {
            var role = message?["role"]?.ToString();
            var content = message?["content"];
            if (role == "system")
                system = SingleText(content, "The system message");
            else if (role == "user")
                turns.Add((User, UserText(content)));
            else if (role == "assistant")
                turns.Add((Assistant, SingleText(content, "The assistant's message")));
            else
                throw new ChatTemplateException(
                    $"Unknown role: '{role}'; the chat template {Name} knows system, user and assistant");
        }

        var filled = this with { SystemMessage = system };
        var prompt = new StringBuilder(Style.Begin(filled));
        for (var i = 0; i < turns.Count; i++)
        {
            var (role, text) = turns[i];
            prompt.Append(text.Length > 0 ? Style.Turn(filled, i, role, text) : Style.Open(filled, i, role));
        }

        return prompt.Append(addGenerationPrompt ? Style.Open(filled, turns.Count, Assistant) : "").ToString();
    }

    private static string SingleText(JsonNode? content, string whose) => content switch
    {
        null => "",
        JsonArray and [JsonObject part] when part["type"]?.ToString() == "text" => part["text"]?.ToString() ?? "",
        JsonValue text => text.ToString(),
        _ => throw new ChatTemplateException($"{whose} should be a single text."),
    };

    private static string UserText(JsonNode? content)
    {
        if (content is not JsonArray parts)
            return content?.ToString() ?? "";
        var images = parts.Count(part => part?["type"]?.ToString() == "image_url");
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            if (part?["type"]?.ToString() == "image_url")
                text.Append(images > 1 ? "<image>" : "<image>\n");
            else
                text.Append(images > MostImages ? "\n" : "").Append(part?["text"]?.ToString());
        }

        return text.ToString();
    }
}
