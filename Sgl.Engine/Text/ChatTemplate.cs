using System.Text.Json.Nodes;
using Sgl.Engine.Requests;
using Sgl.Engine.Text.Jinja;

namespace Sgl.Engine.Text;

/// <summary>
/// Renders messages to prompt text: the tokenizer's own Jinja template, a given one, or a built-in one.
/// </summary>
public sealed class ChatTemplate
{
    private readonly BuiltInTemplate? _builtIn;

    private ChatTemplate(BuiltInTemplate builtIn) => _builtIn = builtIn;

    private ChatTemplate(JinjaChat jinja) => Jinja = jinja;

    /// <summary>Stop strings that the template brings along.</summary>
    public IReadOnlyList<string> StopStrings => _builtIn?.StopStrings ?? [];

    /// <summary>Null for a built-in template.</summary>
    internal JinjaChat? Jinja { get; }

    /// <summary>
    /// The template that --chat-template names (built-in name, .jinja or .json path), or the folder's own; null when
    /// there is neither.
    /// </summary>
    /// <exception cref="UserErrorException">
    /// Unknown name (the message lists the known), missing or broken file.
    /// </exception>
    public static ChatTemplate? Load(string folder, string? argument) => Load(folder, argument, TimeProvider.System);

    /// <param name="time">The clock of templates that print the date.</param>
    internal static ChatTemplate? Load(string folder, string? argument, TimeProvider time)
    {
        if (argument is null)
            return new TokenizerFolder(folder).OwnChat(time) is { } own ? new(own) : null;
        if (BuiltInTemplates.All.TryGetValue(argument, out var builtIn))
            return new(builtIn);
        if (!File.Exists(argument))
            throw new UserErrorException($"--chat-template '{argument}' is neither the name of a built-in template ("
                + string.Join(", ", BuiltInTemplates.All.Keys.Order(StringComparer.Ordinal))
                + ") nor the path of an existing .jinja or .json file");
        return Path.GetExtension(argument) switch
        {
            ".json" => new(BuiltInTemplates.FromFile(argument)),
            ".jinja" => new(new TokenizerFolder(folder).OtherChat(ReadJinja(argument), argument, time)),
            var other => throw new UserErrorException(
                $"--chat-template '{argument}' ends in '{other}'; a template's file ends in .jinja or .json"),
        };
    }

    /// <param name="messages">
    /// OpenAI messages as they came: role, content (string or parts), tool_calls, tool_call_id, name.
    /// </param>
    /// <param name="tools">OpenAI tools, or null.</param>
    /// <param name="variables">chat_template_kwargs, or null.</param>
    /// <exception cref="ChatTemplateException">The template refused the messages, in its own words.</exception>
    public string Render(JsonArray messages, JsonArray? tools, bool addGenerationPrompt, JsonObject? variables) =>
        _builtIn is null
            ? Jinja!.Render(messages, tools, addGenerationPrompt, variables)
            : _builtIn.Render(messages, addGenerationPrompt);

    // Shells make it hard to write newlines into a file, so "\n" is one here.
    private static string ReadJinja(string path) =>
        File.ReadAllText(path).Trim('\n').Replace("\\n", "\n");
}
