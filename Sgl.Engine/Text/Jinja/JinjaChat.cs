using System.Text.Json.Nodes;
using Sgl.Engine.Text.Jinja.Python;

namespace Sgl.Engine.Text.Jinja;

/// <summary>
/// A tokenizer's chat template (or two: one for requests with tools) with the variables it always has.
/// </summary>
internal sealed class JinjaChat(
    JinjaChat.Source plain, JinjaChat.Source? withTools, JsonObject tokens, TimeProvider time)
{
    /// <exception cref="JinjaSyntaxException">The text is not a template.</exception>
    internal sealed class Source(string text)
    {
        public JinjaTemplate Template { get; } = new(text);

        public ChatMessages Messages { get; } = new(text);
    }

    /// <summary>Renders messages as OpenAI's clients send them.</summary>
    public string Render(JsonArray messages, JsonArray? tools, bool addGenerationPrompt, JsonObject? variables)
    {
        var source = Choose(tools);
        var adapted = source.Messages.Adapt(messages, parseArguments: true);
        try
        {
            return RenderAsGiven(adapted, tools, addGenerationPrompt, variables);
        }
        catch (ChatTemplateException) when (ChatMessages.HaveArgumentTexts(messages))
        {
            // Most templates expect a tool call's arguments as an object; a few put them behind other text and need a
            // text.
            adapted = source.Messages.Adapt(messages, parseArguments: false);
            return RenderAsGiven(adapted, tools, addGenerationPrompt, variables);
        }
    }

    /// <summary>Renders messages as they are: what Hugging Face's apply_chat_template does.</summary>
    public string RenderAsGiven(JsonArray messages, JsonArray? tools, bool addGenerationPrompt, JsonObject? variables)
    {
        var all = new Dictionary<string, object?> { ["documents"] = null };
        foreach (var (name, value) in tokens.Concat(variables ?? []))
            all[name] = JsonValues.FromJson(value);
        all["messages"] = JsonValues.FromJson(messages);
        all["tools"] = JsonValues.FromJson(tools);
        all["add_generation_prompt"] = addGenerationPrompt;
        return Choose(tools).Template.Render(all, time);
    }

    private Source Choose(JsonArray? tools) => tools is null ? plain : withTools ?? plain;
}
