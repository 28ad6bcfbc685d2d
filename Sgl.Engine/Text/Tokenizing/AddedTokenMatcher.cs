using System.Buffers;
using System.Text;
using Sgl.Engine.Text.Tokenizing.Patterns;

namespace Sgl.Engine.Text.Tokenizing;

/// <summary>Finds added tokens in a text: the leftmost first, of those the longest, without overlap.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly SearchValues<char> _firstCharacters;

    // A trie: where a character leads from a node. Node 0 is the root.
    private readonly Dictionary<(int Node, char Character), int> _edges = [];

    // By node: the token that ends there.
    private readonly List<AddedToken?> _tokens = [null];

    /// <param name="tokens">Of two that look for the same the first is found.</param>
    public AddedTokenMatcher(IEnumerable<AddedToken> tokens)
    {
        var first = new HashSet<char>();
        foreach (var token in tokens)
        {
            if (token.Pattern.Length == 0) continue;
            first.Add(token.Pattern[0]);
            var node = 0;
            foreach (var character in token.Pattern)
            {
                if (!_edges.TryGetValue((node, character), out var child))
                {
                    child = _edges[(node, character)] = _tokens.Count;
                    _tokens.Add(null);
                }

                node = child;
            }

            _tokens[node] ??= token;
        }

        _firstCharacters = SearchValues.Create([.. first]);
    }

    /// <summary>The first added token at or behind a place.</summary>
    /// <param name="from">Where to look first; afterwards where to look for the next one.</param>
    /// <param name="taken">Up to where earlier tokens reach, which a token that strips does not touch.</param>
    public AddedTokenMatch? Next(ReadOnlySpan<char> text, ref int from, int taken)
    {
        while (from < text.Length)
        {
            var offset = text[from..].IndexOfAny(_firstCharacters);
            if (offset < 0) break;
            var start = from + offset;
            var (token, end) = Longest(text, start);
            from = token is null ? start + 1 : end;
            if (token is null || token.SingleWord && (IsWordBefore(text[..start]) || IsWordAt(text[end..]))) continue;
            if (token.LeftStrip) start = Math.Max(taken, text[..start].TrimEnd().Length);
            if (token.RightStrip) end = text.Length - text[end..].TrimStart().Length;
            return new AddedTokenMatch(token, start, end);
        }

        return null;
    }

    private (AddedToken? Token, int End) Longest(ReadOnlySpan<char> text, int start)
    {
        AddedToken? longest = null;
        var end = start;
        var node = 0;
        for (var i = start; i < text.Length && _edges.TryGetValue((node, text[i]), out node); i++)
        {
            if (_tokens[node] is not { } token) continue;
            longest = token;
            end = i + 1;
        }

        return (longest, end);
    }

    private static bool IsWordBefore(ReadOnlySpan<char> text) =>
        Rune.DecodeLastFromUtf16(text, out var rune, out _) == OperationStatus.Done
        && UnicodeProperties.RustWord.Contains(rune.Value);

    private static bool IsWordAt(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out var rune, out _) == OperationStatus.Done
        && UnicodeProperties.RustWord.Contains(rune.Value);
}
