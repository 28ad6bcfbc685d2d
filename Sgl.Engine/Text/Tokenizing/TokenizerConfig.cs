using System.Text.Json;

namespace Sgl.Engine.Text.Tokenizing;

/// <summary>What tokenizer_config.json says about the tokenizer itself.</summary>
/// <param name="Json">All of it; an empty object where there is no such file.</param>
internal sealed record TokenizerConfig(string? BosToken, string? EosToken, JsonElement Json)
{
    /// <exception cref="FormatException">The file is broken.</exception>
    public static TokenizerConfig Load(string folder)
    {
        var path = Path.Combine(folder, "tokenizer_config.json");
        if (!File.Exists(path)) return new TokenizerConfig(null, null, JsonElement.Parse("{}"));
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var config = document.RootElement.Clone();
            return new TokenizerConfig(Token(config, "bos_token"), Token(config, "eos_token"), config);
        }
        catch (JsonException e)
        {
            throw new FormatException($"{path} is no JSON: {e.Message}", e);
        }
    }

    /// <summary>The added_tokens_decoder: tokens as tokenizer.json writes them, by id.</summary>
    public IEnumerable<(int Id, JsonElement Token)> AddedTokens() =>
        Json.Optional("added_tokens_decoder") is not { ValueKind: JsonValueKind.Object } tokens ? []
        : tokens.EnumerateObject().Select(token => int.TryParse(token.Name, out var id) && id >= 0
            ? (id, token.Value)
            : throw new FormatException($"the added_tokens_decoder of tokenizer_config.json has the id {token.Name}"))
            .OrderBy(token => token.id);

    /// <summary>A token is written as its content, or as an object that holds it.</summary>
    private static string? Token(JsonElement config, string name) =>
        config.Optional(name) is not { } token ? null
        : token.ValueKind == JsonValueKind.String ? token.GetString()
        : token.Text("content");
}
