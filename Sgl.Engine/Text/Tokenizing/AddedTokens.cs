using System.Text;
using System.Text.Json;
using Sgl.Engine.Text.Tokenizing.Models;

namespace Sgl.Engine.Text.Tokenizing;

/// <summary>All tokens, by id and by content: the added ones, and behind them the model's vocabulary.</summary>
internal sealed class AddedTokens
{
    private readonly Vocabulary _vocabulary;
    private readonly Dictionary<string, AddedToken> _byContent = [];
    private readonly Dictionary<int, AddedToken> _byId = [];
    private int _nextId;

    /// <param name="added">The "added_tokens" of tokenizer.json, or null.</param>
    /// <param name="normalize">What the normalizers make of a text.</param>
    /// <exception cref="FormatException">A token with a missing or wrong field.</exception>
    public AddedTokens(Vocabulary vocabulary, JsonElement? added, Func<string, string> normalize)
    {
        _vocabulary = vocabulary;
        Size = vocabulary.Size;
        _nextId = vocabulary.Count;
        if (added is null) return;
        if (added.Value.ValueKind != JsonValueKind.Array) throw new FormatException("the added_tokens are not a list");
        foreach (var token in added.Value.EnumerateArray().Select(AddedToken.Read))
        {
            if (token.Content.Length == 0) continue;
            Add(token.Normalized ? token with { Pattern = normalize(token.Content) } : token);
        }
    }

    /// <summary>Highest id + 1.</summary>
    public int Size { get; private set; }

    /// <summary>The added tokens; where two have the same text the special one comes first.</summary>
    public IEnumerable<AddedToken> Added => _byContent.Values.OrderByDescending(token => token.Special);

    public int? Find(string content) =>
        _byContent.TryGetValue(content, out var token) ? token.Id
        : _vocabulary.Find(content) is var id and >= 0 ? id
        : null;

    /// <summary>A token as the decoders take it; null when there is none with this id.</summary>
    public string? Content(int id) =>
        _byId.TryGetValue(id, out var token) ? token.Pattern
        : _vocabulary.Contains(id) ? Encoding.UTF8.GetString(_vocabulary.Content(id))
        : null;

    public bool IsSpecial(int id) => _byId.TryGetValue(id, out var token) && token.Special;

    private void Add(AddedToken token)
    {
        // As in the library, the ids that the file gives are not what counts: a token that is known keeps its id, and
        // the others are numbered behind the vocabulary.
        token = token with { Id = Find(token.Content) ?? _nextId++ };
        _byContent[token.Content] = token;
        _byId[token.Id] = token;
        Size = Math.Max(Size, token.Id + 1);
    }
}
