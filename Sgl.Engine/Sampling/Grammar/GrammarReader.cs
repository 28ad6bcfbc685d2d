using Sgl.Engine.Requests;
using Sgl.Engine.Sampling.Grammar.Json;

namespace Sgl.Engine.Sampling.Grammar;

/// <summary>Reads grammars of all kinds.</summary>
public static class GrammarReader
{
    /// <summary>Whether a grammar can be used, without a vocabulary.</summary>
    /// <exception cref="GrammarException">It cannot be used; the message says what is wrong, and where.</exception>
    public static void Check(GrammarSpec grammar) => Read(grammar);

    internal static Automaton Read(GrammarSpec grammar)
    {
        if (grammar.Text.Length > GrammarLimits.Text)
            throw new GrammarException(
                $"The grammar has {grammar.Text.Length} characters; at most {GrammarLimits.Text} are allowed.");
        return new Automaton(grammar.Kind switch
        {
            GrammarKind.Regex => GrammarRules.Of(RegexParser.Parse(grammar.Text)),
            GrammarKind.Ebnf => EbnfParser.Parse(grammar.Text),
            GrammarKind.JsonSchema => SchemaCompiler.Compile(grammar.Text),
            GrammarKind.JsonObject => JsonText.AnyObject(),
            _ => throw new ArgumentException($"{grammar.Kind} is no kind of grammar that is known.", nameof(grammar)),
        });
    }
}
