using System.Text.Json;

namespace Sgl.Engine.Text.Tokenizing;

/// <summary>What tokenizer_config.json says about the tokenizer itself.</summary>
internal sealed record TokenizerConfig(string? BosToken, string? EosToken)
{
    /// <exception cref="FormatException">The file is broken.</exception>
    public static TokenizerConfig Load(string folder)
    {
        var path = Path.Combine(folder, "tokenizer_config.json");
        if (!File.Exists(path)) return new TokenizerConfig(null, null);
        try
        {
            using var config = JsonDocument.Parse(File.ReadAllBytes(path));
            return new TokenizerConfig(Token(config.RootElement, "bos_token"), Token(config.RootElement, "eos_token"));
        }
        catch (JsonException e)
        {
            throw new FormatException($"{path} is no JSON: {e.Message}", e);
        }
    }

    /// <summary>A token is written as its content, or as an object that holds it.</summary>
    private static string? Token(JsonElement config, string name) =>
        config.Optional(name) is not { } token ? null
        : token.ValueKind == JsonValueKind.String ? token.GetString()
        : token.Text("content");
}
