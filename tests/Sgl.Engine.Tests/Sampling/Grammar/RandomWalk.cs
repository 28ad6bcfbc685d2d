using System.Text;
using Sgl.Engine.Sampling.Grammar;

namespace Sgl.Engine.Tests.Sampling.Grammar;

/// <summary>
/// A text of tokens drawn evenly from those that are allowed, which after a while is brought to its end.
/// </summary>
internal sealed class RandomWalk
{
    private const int MostBytes = 4096;

    // What ends strings, lists and objects, tried in this order.
    private static readonly string[] _closing =
        ["\"", "}", "]", ":", "=", ">", "</b>", "0", "1", "a", "x", ".", "-", " "];

    private static readonly byte[][] _bytes = [.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value })];

    private readonly List<byte> _text = [];

    public RandomWalk(CompiledGrammar grammar, GrammarVocabulary vocabulary, int seed, int tokens)
    {
        Random random = new(seed);
        GrammarMatcher matcher = grammar.Start;
        while (Tokens.Count < tokens)
        {
            int token = Draw(matcher.Allowed.Span, random);
            Tokens.Add(token);
            if (vocabulary.EndTokens.Contains(token))
            {
                Assert.True(matcher.CanEnd);
                return;
            }
            _text.AddRange(vocabulary.Bytes(token));
            matcher = matcher.Accept(token)
                ?? throw new InvalidOperationException($"Token {token} is allowed and not accepted, behind {Text}");
        }
        Close(matcher);
    }

    public List<int> Tokens { get; } = [];

    public string Text => new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. _text]);

    private void Close(GrammarMatcher matcher)
    {
        while (!matcher.CanEnd)
        {
            Assert.True(_text.Count < MostBytes, $"No end is in sight: {Encoding.UTF8.GetString([.. _text])}");
            byte[] next = matcher.ForcedText();
            if (next.Length == 0)
                next = _closing.Select(Encoding.UTF8.GetBytes).Concat(_bytes)
                    .First(text => matcher.Accept(text) is not null);
            _text.AddRange(next);
            matcher = matcher.Accept(next)!;
        }
    }

    private static int Draw(ReadOnlySpan<uint> mask, Random random)
    {
        int count = TokenBits.Count(mask);
        Assert.NotEqual(0, count);
        return TokenBits.Nth(mask, random.Next(count));
    }
}
