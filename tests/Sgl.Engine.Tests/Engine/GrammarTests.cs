using System.Text.Json;
using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;
using Sgl.Engine.Sampling.Grammar;
using Sgl.Engine.Text;
using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Engine;

/// <summary>Requests with grammars through the engine, on the embedded model, hot enough to say anything.</summary>
public sealed class GrammarTests
{
    private const string Regex = "(red|green|blue)(, [a-f]{1,4}){2,6}\\.";
    private const string Schema = """
        {"type": "object", "properties": {"name": {"type": "string", "maxLength": 8},
         "sizes": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 99}, "maxItems": 3}},
         "required": ["name", "sizes"]}
        """;

    private static readonly EngineOptions _options = new() { ModelPath = Repository.TinyModel, MaxTotalTokens = 8192 };
    private static readonly Tokenizer _tokenizer = Tokenizer.Load(Repository.TinyModel);

    [Fact]
    public async Task OutputsAreOfTheirGrammars()
    {
        await using InferenceEngine engine = InferenceEngine.Load(_options);
        foreach (Generation generation in await RunAsync(engine, 12))
        {
            Assert.Equal(FinishKind.Stop, generation.Finish?.Kind);
            AssertOfItsGrammar(_tokenizer.Decode(generation.Tokens, skipSpecialTokens: true));
        }
    }

    [Theory]
    [InlineData(8192, true)]
    [InlineData(100, false)]
    [InlineData(100, true)]
    public async Task NeitherRetractionNorRunningAheadChangesAToken(int maxTotalTokens, bool runsAhead)
    {
        await using InferenceEngine alone = InferenceEngine.Load(_options);
        Func<ModelConfig, IOps>? device = runsAhead ? _ => new RunAheadOps() : null;
        await using InferenceEngine engine = InferenceEngine.Load(
            _options with { MaxTotalTokens = maxTotalTokens, MaxNewTokensEstimate = 1 }, openDevice: device);
        // Long ones, whose grammar is there already: they meet in the pool.
        GenerateRequest[] requests = [.. Enumerable.Range(0, 6).Select(i => Request(i) with
        {
            Grammar = new GrammarSpec(GrammarKind.Regex, "([a-f]{1,4} ){90,99}"),
        })];
        await Generation.OfAsync(engine, requests[0]);
        Generation[] all = await Task.WhenAll(requests.Select(request => Generation.OfAsync(engine, request)));
        Assert.Equal(maxTotalTokens < 8192, all.Any(generation => generation.Retractions > 0));
        for (int i = 0; i < all.Length; i++)
            Assert.Equal((await Generation.OfAsync(alone, requests[i])).Tokens, all[i].Tokens);
    }

    [Fact]
    public async Task AnotherEngineGoesOn()
    {
        await using InferenceEngine engine = InferenceEngine.Load(_options);
        int[] tokens = (await Generation.OfAsync(engine, Request(1))).Tokens;
        for (int done = 1; done < tokens.Length; done += 3)
        {
            await using InferenceEngine other = InferenceEngine.Load(_options);
            Generation rest = await Generation.OfAsync(other, Request(1) with { Resumed = tokens[..done] });
            Assert.Equal(tokens[done..], rest.Tokens);
        }
    }

    [Fact]
    public async Task TheEndOfTheGrammarIsTheEnd()
    {
        await using InferenceEngine engine = InferenceEngine.Load(_options);
        GenerateRequest request = Request(0) with { Grammar = new GrammarSpec(GrammarKind.Regex, "yes") };
        SamplingParams sampling = request.Sampling with { IgnoreEos = true, MinNewTokens = 20 };
        Generation generation = await Generation.OfAsync(engine, request with { Sampling = sampling });
        Assert.Equal("yes", _tokenizer.Decode(generation.Tokens, skipSpecialTokens: true));
        Assert.Equal(FinishKind.Stop, generation.Finish?.Kind);
    }

    [Fact]
    public async Task AGrammarThatNoTokenCanFollowEndsTheRequestAlone()
    {
        await using TestEngine test = new(TestRequest.Options with { TokenizerPath = Repository.TinyModel });
        // The fake model has the first 64 tokens only: no letters.
        GenerateRequest request = TestRequest.Of([1, 2, 3], 5);
        Generation generation = await Generation.OfAsync(
            test.Engine, request with { Grammar = new GrammarSpec(GrammarKind.Regex, "é+") });
        Assert.Equal(FinishKind.Abort, generation.Finish?.Kind);
        Assert.Contains("grammar", generation.Finish!.Message);
        Assert.Equal(test.Model.Greedy([1, 2, 3], 5), (await Generation.OfAsync(test.Engine, request)).Tokens);
    }

    [Fact]
    public async Task ABadGrammarIsToldToItsCaller()
    {
        await using InferenceEngine engine = InferenceEngine.Load(_options);
        GenerateRequest request = Request(0) with { Grammar = new GrammarSpec(GrammarKind.Regex, "a(") };
        await Assert.ThrowsAsync<GrammarException>(() => Generation.OfAsync(engine, request));
        await Assert.ThrowsAsync<GrammarException>(() => Generation.OfAsync(engine, request));
    }

    private static async Task<Generation[]> RunAsync(InferenceEngine engine, int count) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => Generation.OfAsync(engine, Request(i))));

    /// <summary>By turns with a schema and with a regular expression.</summary>
    private static GenerateRequest Request(int index) => new()
    {
        Id = $"grammar-{index}",
        Prompt = _tokenizer.Encode($"Tell me number {index} of it. ", addSpecialTokens: true),
        Seed = (ulong)index,
        Sampling = new SamplingParams { MaxNewTokens = 80, Temperature = 1.5f },
        Grammar = index % 2 == 0
            ? new GrammarSpec(GrammarKind.JsonSchema, Schema) : new GrammarSpec(GrammarKind.Regex, Regex),
    };

    private static void AssertOfItsGrammar(string text)
    {
        if (!text.StartsWith('{'))
        {
            Assert.Matches($"^(?:{Regex})$", text);
            return;
        }
        using JsonDocument value = JsonDocument.Parse(text);
        Assert.InRange(value.RootElement.GetProperty("name").GetString()!.EnumerateRunes().Count(), 0, 8);
        Assert.All(
            value.RootElement.GetProperty("sizes").EnumerateArray(), item => Assert.InRange(item.GetInt32(), 0, 99));
    }
}
