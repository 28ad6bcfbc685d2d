using System.Text.Json;
using System.Text.Json.Nodes;
using Sgl.Engine.Text;

namespace Sgl.Gateway.Requests;

/// <summary>Renders the messages of a chat request to prompt tokens.</summary>
internal static class ChatPrompt
{
    public static int[] Tokens(JsonFields fields, ServedModel served)
    {
        JsonArray messages = ChatMessages.Read(fields);
        string? prefix = Prefix(fields, messages);
        JsonArray? tools = Tools(fields);
        JsonObject? variables = Variables(fields);
        ChatTemplate template = served.Template ?? throw new RequestException(
            "messages: the model has no chat template; start the server with --chat-template.", "messages");
        string prompt = template.Render(messages, tools, addGenerationPrompt: true, variables) + prefix;
        return served.Tokenizer.Encode(prompt, AddsSpecialTokens(served, prompt));
    }

    /// <summary>Jinja templates write the special tokens themselves; of the built-in ones only some do.</summary>
    private static bool AddsSpecialTokens(ServedModel served, string prompt)
    {
        bool jinja = served.Options.ChatTemplate?.EndsWith(".jinja", StringComparison.Ordinal) ?? true;
        bool written = served.Tokenizer.BosToken is string bos && prompt.StartsWith(bos, StringComparison.Ordinal);
        return !jinja && !written;
    }

    /// <summary>
    /// What the reply begins with: the last message, when it is the assistant's, and continue_final_message does not
    /// say otherwise. It is taken out of the messages.
    /// </summary>
    private static string? Prefix(JsonFields fields, JsonArray messages)
    {
        bool? wanted = fields.Bool("continue_final_message");
        JsonNode last = messages[^1]!;
        bool possible = last["role"]!.GetValue<string>() == "assistant" && last["tool_calls"] is null
            && messages.Count > 1;
        if (wanted == true && !possible)
            throw fields.Fault(
                "continue_final_message", "the last message is no text of the assistant that could be continued.");
        if (!possible || wanted == false)
            return null;
        messages.RemoveAt(messages.Count - 1);
        return last["content"]!.GetValue<string>();
    }

    /// <summary>
    /// The tools as they came; null when there are none, or the request says that none may be called.
    /// </summary>
    private static JsonArray? Tools(JsonFields fields)
    {
        if (fields.TryGet("tool_choice", out JsonElement choice)
            && !(choice.ValueKind == JsonValueKind.String && choice.GetString() is "auto" or "none"))
            throw fields.Fault("tool_choice", "only auto and none are supported yet.");
        if (fields.List("tools") is not JsonElement tools || tools.GetArrayLength() == 0)
            return null;
        for (int i = 0; i < tools.GetArrayLength(); i++)
        {
            JsonFields function = fields.Child($"tools[{i}]", tools[i]).Object("function")
                ?? throw fields.Fault($"tools[{i}].function", "the field is missing.");
            if (string.IsNullOrEmpty(function.Text("name")))
                throw function.Fault("name", "the field is missing.");
        }

        return fields.TryGet("tool_choice", out choice) && choice.GetString() == "none" ? null
            : Node(fields, "tools").AsArray();
    }

    private static JsonObject? Variables(JsonFields fields)
    {
        JsonObject? variables =
            fields.Object("chat_template_kwargs") is null ? null : Node(fields, "chat_template_kwargs").AsObject();
        if (fields.Text("reasoning_effort") is string effort)
            (variables ??= [])["reasoning_effort"] = effort;
        return variables;
    }

    private static JsonNode Node(JsonFields fields, string name)
    {
        fields.TryGet(name, out JsonElement value);
        return JsonNode.Parse(value.GetRawText())!;
    }
}
