namespace Sgl.Engine.Sampling.Grammar;

/// <summary>
/// Finds the tokens that a state allows. What can be said without the stack is found once for each place in the
/// grammar, by a walk over all tokens; from there on only tokens that leave their rule are tried, behind its end. Not
/// for two threads at once.
/// </summary>
internal sealed class TokenMasks(GrammarVocabulary vocabulary, ParseStates states)
{
    /// <summary>Up to a token in so many, ids take less room than bits.</summary>
    private const int Sparse = 32;

    private readonly List<ParseState> _masked = [];
    private readonly List<ParseState> _places = [];
    private readonly ParseState[] _path =
        new ParseState[Math.Max(vocabulary.ShortTokens.Depth, vocabulary.LongTokens.Depth) + 1];
    private long _setBytes;

    /// <summary>[vocabulary / 32, rounded up]: bit t % 32 of word t / 32 says whether token t may come.</summary>
    public uint[] Mask(ParseState state)
    {
        if (state.Mask is { } known)
            return known;
        uint[] mask = new uint[vocabulary.MaskWords];
        foreach ((StackNode stack, ParseState place, ParseState twin) in states.Places(state))
        {
            TokenSet shorts = twin.ShortTokens ??= Remember(twin, Find(twin, vocabulary.ShortTokens));
            TokenSet longs = place.LongTokens ??= Remember(place, Find(place, vocabulary.LongTokens));
            ParseState after = states.After(stack);
            Add(mask, shorts, vocabulary.ShortTokens, after);
            Add(mask, longs, vocabulary.LongTokens, after);
        }
        if (state.Accepts)
            Add(mask, vocabulary.EndTokens);
        if (_masked.Count >= GrammarLimits.Masks)
        {
            _masked.ForEach(other => other.Mask = null);
            _masked.Clear();
        }
        _masked.Add(state);
        return state.Mask = mask;
    }

    private TokenSet Remember(ParseState place, TokenSet set)
    {
        if (_setBytes + set.ByteCount > GrammarLimits.TokenSetBytes)
        {
            _places.ForEach(other => (other.ShortTokens, other.LongTokens) = (null, null));
            _places.Clear();
            _setBytes = 0;
        }
        _places.Add(place);
        _setBytes += set.ByteCount;
        return set;
    }

    /// <summary>Walks a trie from a state that does not know its stack.</summary>
    private TokenSet Find(ParseState start, TokenTrie trie)
    {
        uint[] bits = new uint[vocabulary.MaskWords];
        List<int> exits = [];
        _path[0] = start;
        int count = trie.Labels.Length;
        for (int node = 0; node < count;)
        {
            int depth = trie.Depths[node];
            ParseState next = states.Step(_path[depth], trie.Labels[node]);
            if (next.IsDead)
            {
                node = trie.Ends[node];
                continue;
            }
            _path[depth + 1] = next;
            if (next.Escapes && trie.Ends[node] > node + 1)
                exits.Add(node);
            Add(bits, trie.TokensAt(node));
            node++;
        }
        return TokenBits.Count(bits) * Sparse > vocabulary.Size
            ? new TokenSet(bits, [], [.. exits]) : new TokenSet(null, TokenBits.All(bits), [.. exits]);
    }

    /// <param name="after">Behind the end of the rule.</param>
    private void Add(uint[] mask, TokenSet set, TokenTrie trie, ParseState after)
    {
        set.AddTo(mask);
        if (after.Edges.Length == 0)
            return;
        foreach (int exit in set.Exits)
        {
            _path[trie.Depths[exit] + 1] = after;
            int end = trie.Ends[exit];
            for (int node = exit + 1; node < end;)
            {
                int depth = trie.Depths[node];
                ParseState next = states.Step(_path[depth], trie.Labels[node]);
                if (next.IsDead)
                {
                    node = trie.Ends[node];
                    continue;
                }
                _path[depth + 1] = next;
                Add(mask, trie.TokensAt(node));
                node++;
            }
        }
    }

    private static void Add(uint[] mask, ReadOnlySpan<int> tokens)
    {
        foreach (int token in tokens)
            mask[token >> 5] |= 1u << token;
    }
}
