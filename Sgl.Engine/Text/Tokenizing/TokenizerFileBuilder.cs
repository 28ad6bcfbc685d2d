using System.Text;
using System.Text.Json;
using Sgl.Engine.Text.Tokenizing.Models;

namespace Sgl.Engine.Text.Tokenizing;

/// <summary>
/// Tells a tokenizer in the words of tokenizer.json that some other file describes. Its tokens have the ids that they
/// are given: they stand in the vocabulary, too.
/// </summary>
internal sealed class TokenizerFileBuilder(Vocabulary vocabulary)
{
    private readonly Dictionary<string, JsonElement> _parts = [];
    private readonly List<JsonElement> _added = [];

    /// <summary>A part such as "normalizer"; several components are a Sequence.</summary>
    /// <param name="list">What a Sequence calls its components.</param>
    public TokenizerFileBuilder Part(string name, string list, params IEnumerable<object> components)
    {
        var sequence = new Dictionary<string, object> { ["type"] = "Sequence", [list] = components };
        _parts[name] = JsonSerializer.SerializeToElement(sequence);
        return this;
    }

    /// <summary>A token that is found in the text as it stands.</summary>
    public TokenizerFileBuilder Add(int id, string content, bool special) =>
        Add(id, JsonSerializer.SerializeToElement(new { content, special, normalized = false }));

    /// <param name="token">As in tokenizer.json, but for the id.</param>
    public TokenizerFileBuilder Add(int id, JsonElement token)
    {
        if (!vocabulary.Contains(id)) vocabulary.Add(Encoding.UTF8.GetBytes(token.Text("content")), id);
        _added.Add(token);
        return this;
    }

    /// <summary>Which tokens, added ones or others, the post-processor puts around a text.</summary>
    /// <exception cref="FormatException">There is no such token.</exception>
    public TokenizerFileBuilder Around(IReadOnlyList<string> before, IReadOnlyList<string> behind)
    {
        object Special(string token) => new { SpecialToken = new { id = token } };
        object[] single =
            [.. before.Select(Special), new { Sequence = new { id = "A" } }, .. behind.Select(Special)];
        var ids = before.Union(behind).ToDictionary(token => token, token => new { ids = (int[])[Id(token)] });
        return Part("post_processor", "processors", new { type = "TemplateProcessing", single, special_tokens = ids });
    }

    public TokenizerFile Build(ModelParts model)
    {
        _parts["added_tokens"] = JsonSerializer.SerializeToElement(_added);
        return new(model, _parts);
    }

    private int Id(string token) => vocabulary.Find(token) is var id and >= 0
        ? id
        : throw new FormatException($"the token {token} is to stand around every text, but there is none");
}
