using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sgl.Gateway.Requests;

/// <summary>The messages of a chat request, checked and brought into the form that chat templates expect.</summary>
internal static class ChatMessages
{
    private static readonly string[] _roles = ["system", "developer", "user", "assistant", "tool", "function"];

    public static JsonArray Read(JsonFields fields)
    {
        if (fields.List("messages") is not JsonElement list)
            throw new RequestException("messages: the field is missing; expected a list of messages.", "messages");
        if (list.GetArrayLength() == 0)
            throw fields.Fault("messages", "the list is empty; expected at least one message.");
        return new JsonArray([.. list.EnumerateArray().Select((item, i) => Message(item, $"messages[{i}]."))]);
    }

    private static JsonObject Message(JsonElement item, string path)
    {
        JsonFields fields = new(item, path);
        string role = fields.Text("role") ?? throw fields.Fault("role", "the field is missing.");
        if (!_roles.Contains(role))
            throw fields.Fault("role", $"'{role}' is not allowed; expected one of {string.Join(", ", _roles)}.");
        JsonObject message = JsonObject.Create(item)!;
        message["content"] = Content(fields, role);
        if (fields.List("tool_calls") is not null)
            ParseArguments(message, fields);
        return message;
    }

    /// <summary>A string; text parts are joined as SGLang joins them.</summary>
    private static string Content(JsonFields fields, string role)
    {
        if (!fields.TryGet("content", out JsonElement content))
            return role == "assistant" ? ""
                : throw fields.Fault("content", "the field is missing; expected a string or a list of text parts.");
        if (content.ValueKind == JsonValueKind.String)
            return fields.Text("content")!;
        if (content.ValueKind != JsonValueKind.Array)
            throw fields.Wrong("content", content, "a string or a list of text parts");
        return string.Join(' ', content.EnumerateArray().Select((part, i) => fields.Part(part, i)));
    }

    private static string Part(this JsonFields message, JsonElement part, int index)
    {
        string name = $"content[{index}]";
        JsonFields fields = message.Child(name, part);
        string type = fields.Text("type") ?? throw fields.Fault("type", "the field is missing.");
        return type == "text"
            ? fields.Text("text") ?? throw fields.Fault("text", "the field is missing.")
            : throw fields.Fault("type", $"'{type}' is not supported yet; supported is text.");
    }

    /// <summary>OpenAI sends arguments as a string of JSON, but templates print objects.</summary>
    private static void ParseArguments(JsonObject message, JsonFields fields)
    {
        foreach (JsonNode? call in message["tool_calls"]!.AsArray())
        {
            if (call is not JsonObject || call["function"] is not JsonObject function)
                throw fields.Fault("tool_calls", "every call must be an object with a function object.");
            if (function["arguments"] is JsonValue value && value.GetValueKind() == JsonValueKind.String
                && Parsed(value.GetValue<string>()) is JsonObject arguments)
                function["arguments"] = arguments;
        }
    }

    private static JsonNode? Parsed(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            // Models do write broken arguments; the template then shows them as they are.
            return null;
        }
    }
}
