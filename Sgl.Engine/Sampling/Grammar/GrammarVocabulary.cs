using Sgl.Engine.Text;

namespace Sgl.Engine.Sampling.Grammar;

/// <summary>The tokens of a model as grammars see them: bytes, and ends. Safe for concurrent use.</summary>
public sealed class GrammarVocabulary
{
    private readonly byte[][] _bytes;

    /// <summary>Special tokens have no text and are never allowed, but for those that end it.</summary>
    public GrammarVocabulary(Tokenizer tokenizer, IReadOnlyList<int> endTokens)
        : this(
            [.. Enumerable.Range(0, tokenizer.VocabularySize).Select(
                token => tokenizer.IsSpecial(token) ? [] : tokenizer.TokenBytes(token))],
            endTokens)
    {
    }

    /// <param name="bytes">By token; empty for those that have no text.</param>
    internal GrammarVocabulary(byte[][] bytes, IReadOnlyList<int> endTokens)
    {
        EndTokens = [.. endTokens.Where(token => token >= 0 && token < bytes.Length)];
        _bytes = bytes;
        foreach (int end in EndTokens)
            _bytes[end] = [];
        ShortTokens = new TokenTrie([.. _bytes.Select(
            token => token.Length < AutomatonBuilder.Horizon ? token : [])]);
        LongTokens = new TokenTrie([.. _bytes.Select(
            token => token.Length < AutomatonBuilder.Horizon ? [] : token)]);
    }

    /// <summary>Highest token id + 1.</summary>
    public int Size => _bytes.Length;

    internal int MaskWords => (Size + 31) / 32;

    internal int[] EndTokens { get; }

    /// <summary>Those that cannot tell twins of an automaton apart.</summary>
    internal TokenTrie ShortTokens { get; }

    /// <summary>The others: few.</summary>
    internal TokenTrie LongTokens { get; }

    internal ReadOnlySpan<byte> Bytes(int token) => (uint)token < (uint)Size ? _bytes[token] : [];
}
