using Sgl.Engine.Requests;
using Sgl.Engine.Sampling.Grammar;
using Sgl.Engine.Text;
using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Sampling.Grammar;

/// <summary>Vocabularies that tests match grammars over.</summary>
internal static class TestVocabulary
{
    /// <summary>Of <see cref="Bytes"/>.</summary>
    public const int End = 256;

    private static readonly Lazy<GrammarVocabulary> _tiny =
        new(() => new GrammarVocabulary(Tokenizer.Load(Repository.TinyModel), [4087, 4089]));

    private static readonly Lazy<GrammarVocabulary> _llama3 = new(() =>
        new GrammarVocabulary(Tokenizer.Load(TokenizerPackages.Folder("llama3")), [128001, 128009]));

    /// <summary>Each byte is a token.</summary>
    public static GrammarVocabulary Bytes { get; } =
        new([.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value }), []], [End]);

    /// <summary>Of the embedded model: 4,096 tokens.</summary>
    public static GrammarVocabulary Tiny => _tiny.Value;

    /// <summary>128,256 tokens.</summary>
    public static GrammarVocabulary Llama3 => _llama3.Value;

    public static CompiledGrammar Compile(GrammarKind kind, string text) =>
        CompiledGrammar.Compile(new GrammarSpec(kind, text), Bytes);

    /// <summary>Whether a text as a whole is of the grammar.</summary>
    public static bool Accepts(this CompiledGrammar grammar, string text) =>
        grammar.Start.Accept(System.Text.Encoding.UTF8.GetBytes(text)) is { CanEnd: true };

    public static string Refusal(GrammarKind kind, string text) =>
        Assert.Throws<GrammarException>(() => GrammarReader.Check(new GrammarSpec(kind, text))).Message;

    /// <summary>By a grammar's own words: each token tried on its own.</summary>
    public static uint[] BruteMask(GrammarMatcher matcher, GrammarVocabulary vocabulary)
    {
        uint[] mask = new uint[vocabulary.MaskWords];
        for (int token = 0; token < vocabulary.Size; token++)
        {
            if (matcher.Accept(token) is not null)
                mask[token / 32] |= 1u << token % 32;
        }
        return mask;
    }
}
