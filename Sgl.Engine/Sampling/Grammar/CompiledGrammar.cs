using Sgl.Engine.Requests;

namespace Sgl.Engine.Sampling.Grammar;

/// <summary>
/// A grammar over a vocabulary, with what matchers have found out about it so far. Safe for concurrent use.
/// </summary>
public sealed class CompiledGrammar
{
    private readonly Lock _lock = new();
    private readonly ParseStates _states;
    private readonly TokenMasks _masks;

    private CompiledGrammar(Automaton automaton, GrammarVocabulary vocabulary)
    {
        Vocabulary = vocabulary;
        Automaton = automaton;
        _states = new ParseStates(automaton);
        _masks = new TokenMasks(vocabulary, _states);
        Start = new GrammarMatcher(this, _states.Start);
        WarmUp();
    }

    /// <summary>Before the first token.</summary>
    public GrammarMatcher Start { get; }

    internal GrammarVocabulary Vocabulary { get; }

    internal Automaton Automaton { get; }

    /// <exception cref="GrammarException">It cannot be used; the message says what is wrong, and where.</exception>
    public static CompiledGrammar Compile(GrammarSpec grammar, GrammarVocabulary vocabulary) =>
        new(GrammarReader.Read(grammar), vocabulary);

    /// <summary>
    /// Finds what a text of the grammar will need, along one of random tokens: here, where no other sequence waits.
    /// </summary>
    private void WarmUp()
    {
        Random random = new(0);
        GrammarMatcher matcher = Start;
        for (int i = 0; i < GrammarLimits.WarmUpTokens; i++)
        {
            ReadOnlySpan<uint> allowed = matcher.Allowed.Span;
            int count = TokenBits.Count(allowed);
            if (matcher.MustEnd || count == 0)
                return;
            matcher = matcher.Accept(TokenBits.Nth(allowed, random.Next(count)))!;
        }
    }

    internal ParseState Walk(ParseState state, ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            _states.Trim();
            foreach (byte value in bytes)
                state = _states.Step(state, value);
            return state;
        }
    }

    internal uint[] Mask(ParseState state)
    {
        lock (_lock)
        {
            _states.Trim();
            return _masks.Mask(state);
        }
    }
}
