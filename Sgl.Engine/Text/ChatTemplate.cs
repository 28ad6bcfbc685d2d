using System.Text.Json.Nodes;

namespace Sgl.Engine.Text;

/// <summary>Renders messages to prompt text: the tokenizer's own Jinja template, a given one, or a built-in one.</summary>
public sealed class ChatTemplate
{
    /// <summary>
    /// The template that --chat-template names (built-in name, .jinja or .json path), or the folder's own; null when there is
    /// neither.
    /// </summary>
    /// <exception cref="Requests.UserErrorException">Unknown name (the message lists the known), missing or broken file.</exception>
    public static ChatTemplate? Load(string folder, string? argument) => throw new NotImplementedException();

    /// <summary>Stop strings that the template brings along.</summary>
    public IReadOnlyList<string> StopStrings => throw new NotImplementedException();

    /// <param name="messages">OpenAI messages as they came: role, content (string or parts), tool_calls, tool_call_id, name.</param>
    /// <param name="tools">OpenAI tools, or null.</param>
    /// <param name="variables">chat_template_kwargs, or null.</param>
    /// <exception cref="ChatTemplateException">The template refused the messages, in its own words.</exception>
    public string Render(JsonArray messages, JsonArray? tools, bool addGenerationPrompt, JsonObject? variables) =>
        throw new NotImplementedException();
}
