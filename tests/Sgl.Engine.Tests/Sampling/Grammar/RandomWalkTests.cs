using System.Text.Json;
using System.Text.RegularExpressions;
using Sgl.Engine.Requests;
using Sgl.Engine.Sampling.Grammar;
using Sgl.Engine.Tests.Sampling.Grammar.Json;
using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Sampling.Grammar;

/// <summary>Whatever is drawn under a grammar is of it, with a small and with a large vocabulary.</summary>
public sealed class RandomWalkTests
{
    private const int TinyWalks = 250;
    private const int LargeWalks = 10;
    private const int Tokens = 60;

    public static TheoryData<string> Schemas => [.. Lines("schemas.jsonl")];

    public static TheoryData<string> Regexes => [.. Lines("regexes.txt")];

    [Fact]
    public void ThereAreEnough()
    {
        Assert.True(Schemas.Count >= 40);
        Assert.True(Regexes.Count >= 20);
    }

    [Theory]
    [MemberData(nameof(Schemas))]
    public void TextsOfASchemaAreValid(string schema)
    {
        using JsonDocument document = JsonDocument.Parse(schema);
        SchemaValidator validator = new(document.RootElement);
        foreach (string text in Texts(new GrammarSpec(GrammarKind.JsonSchema, schema)))
        {
            using JsonDocument value = JsonDocument.Parse(text);
            Assert.True(validator.Fault(value.RootElement) is null, validator.Fault(value.RootElement));
        }
    }

    [Theory]
    [MemberData(nameof(Regexes))]
    public void TextsOfARegexMatchIt(string regex)
    {
        // \d and \w are of ASCII; a dot takes any code point, not just a UTF-16 unit.
        Regex whole = new($"^(?:{regex.Replace(@"\d", "[0-9]").Replace(@"\w", "[0-9A-Za-z_]")
            .Replace("[[0-9A-Za-z_][0-9]", "[0-9A-Za-z_").Replace("(?P<", "(?<")})\\z");
        bool pairs = regex.Contains("\\p") || regex.Contains('.') || regex.Contains("[^") || regex.Contains("😀");
        foreach (string text in Texts(new GrammarSpec(GrammarKind.Regex, regex)))
        {
            if (!pairs || !text.Any(char.IsSurrogate))
                Assert.Matches(whole, text);
        }
    }

    [Fact]
    public void AnyJsonObjectIsOne()
    {
        foreach (string text in Texts(new GrammarSpec(GrammarKind.JsonObject, "")))
        {
            using JsonDocument value = JsonDocument.Parse(text);
            Assert.Equal(JsonValueKind.Object, value.RootElement.ValueKind);
        }
    }

    [Fact]
    public void AWarmCacheChangesNoToken()
    {
        foreach (string schema in Lines("schemas.jsonl").Take(16))
        {
            GrammarSpec spec = new(GrammarKind.JsonSchema, schema);
            CompiledGrammar warm = CompiledGrammar.Compile(spec, TestVocabulary.Tiny);
            for (int seed = 0; seed < 10; seed++)
            {
                RandomWalk again = new(warm, TestVocabulary.Tiny, seed, Tokens);
                RandomWalk cold = new(
                    CompiledGrammar.Compile(spec, TestVocabulary.Tiny), TestVocabulary.Tiny, seed, Tokens);
                Assert.Equal(cold.Tokens, again.Tokens);
            }
        }
    }

    private static IEnumerable<string> Texts(GrammarSpec grammar)
    {
        CompiledGrammar tiny = CompiledGrammar.Compile(grammar, TestVocabulary.Tiny);
        for (int seed = 0; seed < TinyWalks; seed++)
            yield return new RandomWalk(tiny, TestVocabulary.Tiny, seed, Tokens).Text;
        CompiledGrammar large = CompiledGrammar.Compile(grammar, TestVocabulary.Llama3);
        for (int seed = 0; seed < LargeWalks; seed++)
            yield return new RandomWalk(large, TestVocabulary.Llama3, seed, Tokens).Text;
    }

    private static string[] Lines(string file) =>
        File.ReadAllLines(Path.Combine(Repository.Fixtures("grammars"), file));
}
