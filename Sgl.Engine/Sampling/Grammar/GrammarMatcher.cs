namespace Sgl.Engine.Sampling.Grammar;

/// <summary>
/// Where an output stands in its grammar: a function of the grammar and the output's tokens alone. Immutable, so it is
/// kept, copied and replayed at will.
/// </summary>
public sealed class GrammarMatcher
{
    private readonly CompiledGrammar _grammar;
    private readonly ParseState _state;

    internal GrammarMatcher(CompiledGrammar grammar, ParseState state)
    {
        _grammar = grammar;
        _state = state;
    }

    /// <summary>The text may end here: end tokens are allowed.</summary>
    public bool CanEnd => _state.Accepts;

    /// <summary>The text must end here: nothing but end tokens is allowed.</summary>
    public bool MustEnd => _state.Accepts && _state.Edges.Length == 0;

    /// <summary>
    /// Bit t % 32 of word t / 32 says whether token t may come next. All bits are zero when the vocabulary has no token
    /// that could.
    /// </summary>
    public ReadOnlyMemory<uint> Allowed => _grammar.Mask(_state);

    /// <summary>Behind one token more; null when it is not allowed here. An end token changes nothing.</summary>
    public GrammarMatcher? Accept(int token)
    {
        if (_grammar.Vocabulary.EndTokens.Contains(token))
            return CanEnd ? this : null;
        ReadOnlySpan<byte> bytes = _grammar.Vocabulary.Bytes(token);
        return bytes.Length == 0 ? null : Accept(bytes);
    }

    /// <summary>Behind all of some tokens; null when one of them is not allowed.</summary>
    public GrammarMatcher? Accept(ReadOnlySpan<int> tokens)
    {
        GrammarMatcher? matcher = this;
        for (int i = 0; i < tokens.Length && matcher is not null; i++)
            matcher = matcher.Accept(tokens[i]);
        return matcher;
    }

    /// <summary>Behind some bytes of text; null when they are not allowed.</summary>
    public GrammarMatcher? Accept(ReadOnlySpan<byte> text)
    {
        ParseState next = _grammar.Walk(_state, text);
        return next.IsDead ? null : new GrammarMatcher(_grammar, next);
    }

    /// <summary>The bytes that must come next, whatever comes behind them.</summary>
    public byte[] ForcedText()
    {
        List<byte> text = [];
        for (ParseState state = _state; text.Count < GrammarLimits.ForcedBytes && OnlyByte(state) is byte value;)
        {
            text.Add(value);
            state = _grammar.Walk(state, [value]);
        }
        return [.. text];
    }

    /// <summary>
    /// The tokens that must come next because each is the only one allowed: the same that any sampling would draw.
    /// </summary>
    public IReadOnlyList<int> ForcedTokens()
    {
        List<int> tokens = [];
        for (GrammarMatcher? matcher = this; tokens.Count < GrammarLimits.ForcedBytes && !matcher.CanEnd;)
        {
            ReadOnlySpan<uint> allowed = matcher.Allowed.Span;
            if (TokenBits.Count(allowed) != 1)
                break;
            tokens.Add(TokenBits.Nth(allowed, 0));
            matcher = matcher.Accept(tokens[^1])!;
        }
        return tokens;
    }

    private byte? OnlyByte(ParseState state)
    {
        if (state.Accepts || state.Edges.Length == 0)
            return null;
        byte value = _grammar.Automaton.Node(state.Edges[0]).Low;
        return state.Edges.All(edge =>
            _grammar.Automaton.Node(edge).Low == value && _grammar.Automaton.Node(edge).High == value) ? value : null;
    }
}
