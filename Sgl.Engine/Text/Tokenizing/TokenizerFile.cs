using System.Text.Json;
using Sgl.Engine.Text.Tokenizing.Models;

namespace Sgl.Engine.Text.Tokenizing;

/// <summary>The parts of a tokenizer.json, not yet understood, except for the model.</summary>
internal sealed class TokenizerFile
{
    private readonly Dictionary<string, JsonElement> _parts;

    private TokenizerFile(BpeReader model, Dictionary<string, JsonElement> parts) => (Model, _parts) = (model, parts);

    public BpeReader Model { get; }

    /// <exception cref="FormatException">It lacks a model, or has one that is broken or unknown.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static TokenizerFile Parse(ReadOnlySpan<byte> content)
    {
        // Byte order mark.
        if (content.StartsWith<byte>([0xEF, 0xBB, 0xBF])) content = content[3..];
        var reader = new Utf8JsonReader(content);
        var parts = new Dictionary<string, JsonElement>();
        BpeReader? model = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("it is no object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (name == "model") model = BpeReader.Read(ref reader);
            else parts[name] = JsonElement.ParseValue(ref reader);
        }

        return new TokenizerFile(model ?? throw new FormatException("it has no model"), parts);
    }

    /// <summary>A part at the top level, such as "normalizer"; null where it is absent or null.</summary>
    public JsonElement? Part(string name) =>
        _parts.TryGetValue(name, out var part) && part.ValueKind != JsonValueKind.Null ? part : null;
}
