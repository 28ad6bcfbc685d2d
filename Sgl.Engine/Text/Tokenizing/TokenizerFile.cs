using System.Text.Json;
using Sgl.Engine.Text.Tokenizing.Models;

namespace Sgl.Engine.Text.Tokenizing;

/// <summary>
/// The parts of a tokenizer.json, not yet understood, except for the model. Other files are told in its words.
/// </summary>
internal sealed class TokenizerFile(ModelParts model, IReadOnlyDictionary<string, JsonElement> parts)
{
    public ModelParts Model => model;

    /// <exception cref="FormatException">It lacks a model, or has one that is broken or unknown.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static TokenizerFile Parse(ReadOnlySpan<byte> content)
    {
        // Byte order mark.
        if (content.StartsWith<byte>([0xEF, 0xBB, 0xBF])) content = content[3..];
        var reader = new Utf8JsonReader(content);
        var parts = new Dictionary<string, JsonElement>();
        ModelParts? model = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("it is no object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (name == "model") model = ReadModel(ref reader);
            else parts[name] = JsonElement.ParseValue(ref reader);
        }

        return new TokenizerFile(model ?? throw new FormatException("it has no model"), parts);
    }

    private static ModelParts ReadModel(ref Utf8JsonReader reader) => Type(reader) == "Unigram"
        ? UnigramParts.Read(JsonElement.ParseValue(ref reader))
        : BpeReader.Read(ref reader);

    /// <summary>The type of a model, which mostly is its first field; null when it has none.</summary>
    private static string? Type(Utf8JsonReader model)
    {
        if (model.TokenType != JsonTokenType.StartObject) return null;
        while (model.Read() && model.TokenType == JsonTokenType.PropertyName)
        {
            var isType = model.ValueTextEquals("type"u8);
            model.Read();
            if (isType) return model.TokenType == JsonTokenType.String ? model.GetString() : null;
            model.Skip();
        }

        return null;
    }

    /// <summary>A part at the top level, such as "normalizer"; null where it is absent or null.</summary>
    public JsonElement? Part(string name) =>
        parts.TryGetValue(name, out var part) && part.ValueKind != JsonValueKind.Null ? part : null;
}
