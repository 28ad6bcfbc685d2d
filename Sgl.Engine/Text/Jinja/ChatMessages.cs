using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sgl.Engine.Text.Jinja;

/// <summary>
/// OpenAI's messages in the form that a template was written for. What Hugging Face's users pass and what OpenAI's
/// clients send differ in four things: content in parts, arguments of tool calls as JSON text, null content, other
/// fields that are null.
/// </summary>
internal sealed partial class ChatMessages
{
    private readonly bool _takesParts;
    private readonly bool _asksForNone;

    /// <param name="template">The template's text: it shows what it can take.</param>
    public ChatMessages(string template)
    {
        _takesParts = LoopOverContent().IsMatch(template);
        _asksForNone = ContentIsNone().IsMatch(template);
    }

    /// <summary>Whether a message has tool calls whose arguments are the text of a JSON object.</summary>
    public static bool HaveArgumentTexts(JsonArray messages) => messages.OfType<JsonObject>()
        .SelectMany(Functions).Any(function => ParseArguments(function) is not null);

    /// <param name="parseArguments">Arguments that are the text of a JSON object become that object.</param>
    public JsonArray Adapt(JsonArray messages, bool parseArguments)
    {
        var adapted = (JsonArray)messages.DeepClone();
        foreach (var message in adapted.OfType<JsonObject>())
        {
            AdaptContent(message);
            foreach (var function in parseArguments ? Functions(message) : [])
            {
                if (ParseArguments(function) is { } arguments)
                    function["arguments"] = arguments;
            }
        }

        return adapted;
    }

    private void AdaptContent(JsonObject message)
    {
        foreach (var name in message.Where(field => field.Value is null).Select(field => field.Key).ToArray())
            message.Remove(name);
        if (message["content"] is null)
            message["content"] = _asksForNone ? null : "";
        else if (message["content"] is JsonArray parts)
            message["content"] = _takesParts ? new JsonArray([.. parts.Select(AdaptPart)]) : JoinTexts(parts);
    }

    // Templates know images, videos and audio by these short names; where they lie is no business of theirs.
    private static JsonNode? AdaptPart(JsonNode? part) => TypeOf(part) switch
    {
        "image_url" => new JsonObject { ["type"] = "image" },
        "video_url" => new JsonObject { ["type"] = "video" },
        "audio_url" or "input_audio" => new JsonObject { ["type"] = "audio" },
        _ => part?.DeepClone(),
    };

    private static JsonNode JoinTexts(JsonArray parts) =>
        string.Join(' ', parts.Where(part => TypeOf(part) == "text").Select(part => part!["text"]?.ToString()));

    private static string? TypeOf(JsonNode? part) => (part as JsonObject)?["type"]?.ToString();

    private static IEnumerable<JsonObject> Functions(JsonObject message) =>
        (message["tool_calls"] as JsonArray ?? []).OfType<JsonObject>()
            .Select(call => call["function"]).OfType<JsonObject>();

    private static JsonObject? ParseArguments(JsonObject function)
    {
        if (function["arguments"] is not JsonValue value || !value.TryGetValue<string>(out var text))
            return null;
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            // Not JSON: the template gets the text as it is.
            return null;
        }
    }

    [GeneratedRegex(@"\bfor\s+\w+\s+in\s+[^%}]*?\bcontent\b|\bcontent\b['""\]]*\s*\|\s*(select|reject|map)")]
    private static partial Regex LoopOverContent();

    [GeneratedRegex(@"\bcontent\b['""\]]*\s+is\s+(not\s+)?none\b", RegexOptions.IgnoreCase)]
    private static partial Regex ContentIsNone();
}
