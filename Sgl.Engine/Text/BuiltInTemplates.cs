using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sgl.Engine.Requests;

namespace Sgl.Engine.Text;

/// <summary>
/// The conversation templates that --chat-template knows by name, and those it reads from .json files.
/// </summary>
internal static class BuiltInTemplates
{
    private const string VisionHelper = "You are a helpful language and vision assistant. You are able to understand "
        + "the visual content that the user provides, and assist the user with a variety of tasks using natural "
        + "language.";

    private const string VicunaSystem = "A chat between a curious user and an artificial intelligence assistant. "
        + "The assistant gives helpful, detailed, and polite answers to the user's questions.";

    public static readonly FrozenDictionary<string, BuiltInTemplate> All = ((BuiltInTemplate[])
    [
        new()
        {
            Name = "llama-2",
            SystemTemplate = "[INST] <<SYS>>\n{system_message}\n<</SYS>>\n\n",
            User = "[INST]",
            Assistant = "[/INST]",
            Style = SeparatorStyle.All["LLAMA2"],
            Sep = " ",
            Sep2 = " </s><s>",
            StopStrings = ["[INST]", "[/INST]", "<<SYS>>", "<</SYS>>"],
        },
        ChatMl("chatml"),
        ChatMl("chatml-llava"),
        new()
        {
            Name = "vicuna_v1.1",
            SystemMessage = VicunaSystem,
            User = "USER",
            Assistant = "ASSISTANT",
            Style = SeparatorStyle.All["ADD_COLON_TWO"],
            Sep = " ",
            Sep2 = "</s>",
        },
        new()
        {
            Name = "llava_llama_3",
            SystemTemplate = "<|start_header_id|>system<|end_header_id|>\n\n{system_message}<|eot_id|>",
            SystemMessage = VisionHelper,
            User = "user",
            Assistant = "assistant",
            Style = SeparatorStyle.All["LLAMA3"],
            Sep = "",
            StopStrings = ["<|end_of_text|>", "<|eot_id|>"],
        },
        new()
        {
            Name = "internlm2-chat",
            SystemTemplate = "<|im_start|>system\n{system_message}",
            User = "<|im_start|>user",
            Assistant = "<|im_start|>assistant",
            Style = SeparatorStyle.All["ADD_COLON_SINGLE"],
            StopStrings = ["<|im_end|>", "<|action_end|>"],
        },
    ]).ToFrozenDictionary(t => t.Name);

    /// <summary>
    /// A template from a file with the keys name, system, system_message, user, assistant, sep_style, sep, stop_str.
    /// </summary>
    /// <exception cref="UserErrorException">No JSON, a key missing, or an unknown separator style.</exception>
    public static BuiltInTemplate FromFile(string path)
    {
        JsonNode? json;
        try
        {
            json = JsonNode.Parse(File.ReadAllText(path));
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"the chat template {path} is not valid JSON: {e.Message}", e);
        }

        string Required(string key) => (json as JsonObject)?[key]?.ToString()
            ?? throw new UserErrorException($"the chat template {path} has no '{key}'; "
                + "it needs name, system, user, assistant, sep_style and stop_str");
        var name = Required("name");
        var style = Required("sep_style");
        return new()
        {
            Name = name,
            SystemTemplate = Required("system") + "\n{system_message}",
            SystemMessage = json!["system_message"]?.ToString() ?? "",
            User = Required("user"),
            Assistant = Required("assistant"),
            Style = SeparatorStyle.All.GetValueOrDefault(style) ?? throw new UserErrorException(
                $"Unknown separator style: {style} in the chat template {path}; known are "
                    + string.Join(", ", SeparatorStyle.All.Keys.Order(StringComparer.Ordinal))),
            Sep = json["sep"]?.ToString() ?? "\n",
            StopStrings = json["stop_str"] is JsonArray several
                ? [.. several.Select(stop => stop?.ToString() ?? "")]
                : [Required("stop_str")],
        };
    }

    private static BuiltInTemplate ChatMl(string name) => new()
    {
        Name = name,
        SystemTemplate = "<|im_start|>system\n{system_message}",
        SystemMessage = "You are a helpful assistant.",
        User = "<|im_start|>user",
        Assistant = "<|im_start|>assistant",
        Style = SeparatorStyle.All["CHATML"],
        Sep = "<|im_end|>",
        StopStrings = ["<|endoftext|>", "<|im_end|>"],
    };
}
