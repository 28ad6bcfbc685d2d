using System.Text;
using Sgl.Engine.Requests;
using Sgl.Engine.Sampling.Grammar;

namespace Sgl.Engine.Tests.Sampling.Grammar;

public sealed class GrammarMatcherTests
{
    private const string Expression =
        "root ::= term (\"+\" root)?\nterm ::= \"(\" root \")\" | [a-c]+ | \"\\\"\" [^\"]* \"\\\"\"";

    /// <summary>Random tokens of up to six bytes out of those that the grammars use.</summary>
    private static GrammarVocabulary RandomVocabulary(int seed)
    {
        Random random = new(seed);
        const string alphabet = "ab()+\"{}[]:, 01é\n";
        char[] Letters(int count) =>
            [.. Enumerable.Range(0, count).Select(_ => alphabet[random.Next(alphabet.Length)])];
        List<byte[]> tokens =
            [.. Enumerable.Range(0, 400).Select(_ => Encoding.UTF8.GetBytes(Letters(random.Next(1, 6))))];
        byte[] many = [.. Enumerable.Repeat((byte)'a', 40)];
        tokens.AddRange([new byte[40], many, [.. many[..35], (byte)'"']]);
        tokens.AddRange(alphabet.Select(c => Encoding.UTF8.GetBytes(c.ToString())));
        tokens.AddRange([[0xC3], [0xA9], [0xA9, (byte)'"'], [], Encoding.UTF8.GetBytes("true"), []]);
        return new GrammarVocabulary([.. tokens], [tokens.Count - 1]);
    }

    [Theory]
    [InlineData(GrammarKind.Ebnf, Expression)]
    [InlineData(GrammarKind.Regex, "(a|b|ab)*(\\(a*\\)|\".{3,9}\"){1,4}")]
    [InlineData(GrammarKind.JsonObject, "")]
    [InlineData(GrammarKind.JsonSchema, """{"type":"array","items":{"enum":["a","ab",0,10,true,{"a":[1]}]}}""")]
    [InlineData(GrammarKind.JsonSchema,
        """{"type":"object","properties":{"a":{"$ref":"#"}},"additionalProperties":true}""")]
    [InlineData(GrammarKind.JsonSchema,
        """{"type":"array","items":{"type":"string","minLength":70,"maxLength":150}}""")]
    public void MasksAreWhatEachTokenSays(GrammarKind kind, string text)
    {
        for (int seed = 0; seed < 6; seed++)
        {
            GrammarVocabulary vocabulary = RandomVocabulary(seed);
            CompiledGrammar grammar = CompiledGrammar.Compile(new GrammarSpec(kind, text), vocabulary);
            RandomWalk walk = new(grammar, vocabulary, seed, 120);
            GrammarMatcher matcher = grammar.Start;
            foreach (int token in walk.Tokens)
            {
                Assert.Equal(TestVocabulary.BruteMask(matcher, vocabulary), matcher.Allowed.ToArray());
                matcher = matcher.Accept(token)!;
            }
        }
    }

    [Fact]
    public void TheStateIsAFunctionOfTheTokens()
    {
        CompiledGrammar grammar = CompiledGrammar.Compile(
            new GrammarSpec(GrammarKind.JsonObject, ""), TestVocabulary.Tiny);
        RandomWalk walk = new(grammar, TestVocabulary.Tiny, 5, 50);
        int[] tokens = [.. walk.Tokens];
        GrammarMatcher step = grammar.Start;
        foreach (int token in tokens)
            step = step.Accept(token)!;

        GrammarMatcher replayed = CompiledGrammar.Compile(
            new GrammarSpec(GrammarKind.JsonObject, ""), TestVocabulary.Tiny).Start.Accept(tokens)!;

        Assert.Equal(step.Allowed.ToArray(), replayed.Allowed.ToArray());
        Assert.Equal(step.CanEnd, replayed.CanEnd);
    }

    [Fact]
    public void TheEndIsAllowedWhereTheTextMayEnd()
    {
        GrammarMatcher matcher = TestVocabulary.Compile(GrammarKind.Regex, "ab?").Start;
        Assert.False(matcher.CanEnd);
        Assert.Null(matcher.Accept(TestVocabulary.End));

        matcher = matcher.Accept('a')!;
        Assert.True(matcher.CanEnd);
        Assert.False(matcher.MustEnd);
        Assert.NotNull(matcher.Accept(TestVocabulary.End));

        matcher = matcher.Accept('b')!;
        Assert.True(matcher.MustEnd);
        Assert.Null(matcher.Accept('b'));
        Assert.Equal(1u, matcher.Allowed.Span[8]);
        Assert.Equal(-1, matcher.Allowed.Span[..8].IndexOfAnyExcept(0u));
    }

    [Fact]
    public void SpecialTokensAreNeverText()
    {
        GrammarMatcher matcher = CompiledGrammar.Compile(
            new GrammarSpec(GrammarKind.Regex, "(.|\\n)*"), TestVocabulary.Tiny).Start;

        Assert.Null(matcher.Accept(4088)); // <|im_start|>
        Assert.NotNull(matcher.Accept(4089)); // <|im_end|>, an end.
        Assert.NotNull(matcher.Accept(4090)); // <tool_call>, which is text.
        Assert.Null(matcher.Accept(1_000_000));
    }

    [Fact]
    public void ForcedTextIsTold()
    {
        const string schema = """{"type":"object","properties":{"name":{"const":"x"},"n":{"type":"integer"}}}""";
        GrammarMatcher matcher = TestVocabulary.Compile(GrammarKind.Regex, "Hello, (W|w)orld!").Start;

        Assert.Equal("Hello, "u8.ToArray(), matcher.ForcedText());
        Assert.Equal("Hello, "u8.ToArray().Select(value => (int)value), matcher.ForcedTokens());
        Assert.Equal("{"u8.ToArray(), TestVocabulary.Compile(GrammarKind.JsonSchema, schema).Start.ForcedText());
        Assert.Empty(TestVocabulary.Compile(GrammarKind.Regex, "(ab)?").Start.ForcedText());
    }

    [Fact]
    public void ManyThreadsSeeTheSame()
    {
        CompiledGrammar grammar = CompiledGrammar.Compile(
            new GrammarSpec(GrammarKind.JsonObject, ""), TestVocabulary.Tiny);
        int[][] tokens = new int[8][];
        Parallel.For(0, tokens.Length, i => tokens[i] =
            [.. new RandomWalk(grammar, TestVocabulary.Tiny, i % 2, 60).Tokens]);

        for (int i = 2; i < tokens.Length; i++)
            Assert.Equal(tokens[i % 2], tokens[i]);
    }

    [Fact]
    public void ALongLifeForgetsAndGoesOn()
    {
        // Each list is a place of its own: more states than are remembered.
        CompiledGrammar grammar = TestVocabulary.Compile(GrammarKind.Regex, "(([ab]{1,9999},){3})*");
        GrammarMatcher matcher = grammar.Start;
        for (int i = 0; i < 45_000; i++)
        {
            matcher = matcher.Accept(i % 9000 == 8999 ? ',' : 'a')!;
            Assert.NotNull(matcher);
        }
    }
}
