namespace Sgl.Engine.Sampling.Grammar;

/// <summary>
/// Finds the tokens that a state allows. What can be said without the stack is found once for each place in the
/// grammar, by a walk over all tokens; only the rest is tried again from each state. Not for two threads at once.
/// </summary>
internal sealed class TokenMasks(GrammarVocabulary vocabulary, ParseStates states)
{
    /// <summary>Up to a token in so many, ids take less room than bits.</summary>
    private const int Sparse = 32;

    private readonly TokenTrie _trie = vocabulary.Trie;
    private readonly List<ParseState> _masked = [];
    private readonly List<ParseState> _sets = [];
    private readonly ParseState[] _path = new ParseState[vocabulary.Trie.Depth + 1];
    private readonly bool[] _escaped = new bool[vocabulary.Trie.Depth + 1];
    private long _setBytes;

    /// <summary>[vocabulary / 32, rounded up]: bit t % 32 of word t / 32 says whether token t may come.</summary>
    public uint[] Mask(ParseState state)
    {
        if (state.Mask is { } known)
            return known;
        uint[] mask = new uint[vocabulary.MaskWords];
        foreach (ParseState place in states.WithoutStacks(state))
        {
            TokenSet set = place.Tokens ?? Remember(place, Find(place));
            set.AddTo(mask);
            Decide(set.Undecided, state, mask);
        }
        if (states.HasTwins(state))
            DecideLong(state, mask);
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
            _sets.ForEach(other => other.Tokens = null);
            _sets.Clear();
            _setBytes = 0;
        }
        _sets.Add(place);
        _setBytes += set.ByteCount;
        return place.Tokens = set;
    }

    /// <summary>Walks all tokens from a state that does not know its stack.</summary>
    private TokenSet Find(ParseState start)
    {
        uint[] bits = new uint[vocabulary.MaskWords];
        List<UndecidedNode> undecided = [];
        int[] way = new int[_path.Length], told = new int[_path.Length];
        Array.Fill(told, -1);
        (_path[0], _escaped[0]) = (start, false);
        int count = _trie.Labels.Length;
        for (int node = 0; node < count;)
        {
            int depth = _trie.Depths[node];
            way[depth] = node;
            ParseState next = states.Step(_path[depth], _trie.Labels[node]);
            if (next.IsDead)
            {
                if (_escaped[depth])
                    Tell(undecided, way.AsSpan(0, depth + 1), told);
                node = _trie.Ends[node];
                continue;
            }
            _path[depth + 1] = next;
            _escaped[depth + 1] = _escaped[depth] || next.Escapes;
            Add(bits, _trie.TokensAt(node));
            node++;
        }
        return TokenBits.Count(bits) * Sparse > vocabulary.Size
            ? new TokenSet(bits, [], [.. undecided]) : new TokenSet(null, TokenBits.All(bits), [.. undecided]);
    }

    /// <param name="way">The nodes down to an undecided one.</param>
    /// <param name="told">By depth: the node that was told last.</param>
    private static void Tell(List<UndecidedNode> undecided, ReadOnlySpan<int> way, int[] told)
    {
        for (int depth = 0; depth < way.Length; depth++)
        {
            if (told[depth] == way[depth])
                continue;
            told[depth] = way[depth];
            undecided.Add(new UndecidedNode(way[depth], depth, depth == way.Length - 1));
        }
    }

    /// <summary>Allows the undecided tokens that the state, with its stacks, takes.</summary>
    private void Decide(UndecidedNode[] undecided, ParseState state, uint[] mask)
    {
        _path[0] = state;
        int deadDepth = int.MaxValue;
        foreach (UndecidedNode entry in undecided)
        {
            if (entry.Depth > deadDepth)
                continue;
            deadDepth = int.MaxValue;
            ParseState next = states.Step(_path[entry.Depth], _trie.Labels[entry.Node]);
            if (next.IsDead)
                deadDepth = entry.Depth;
            else if (entry.Whole)
                AddBelow(_trie, entry.Node, _trie.Ends[entry.Node], mask);
            else
                _path[entry.Depth + 1] = next;
        }
    }

    /// <summary>What was found for the twins is true of short tokens only.</summary>
    private void DecideLong(ParseState state, uint[] mask)
    {
        foreach (int token in vocabulary.LongTokens.Tokens)
            mask[token >> 5] &= ~(1u << token);
        _path[0] = state;
        AddBelow(vocabulary.LongTokens, 0, vocabulary.LongTokens.Labels.Length, mask);
    }

    /// <summary>Allows the tokens at nodes of a trie that the states on the path take.</summary>
    private void AddBelow(TokenTrie trie, int root, int end, uint[] mask)
    {
        for (int node = root; node < end;)
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

    private static void Add(uint[] mask, ReadOnlySpan<int> tokens)
    {
        foreach (int token in tokens)
            mask[token >> 5] |= 1u << token;
    }
}
