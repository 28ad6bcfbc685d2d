using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;
using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Engine;

/// <summary>
/// DESIGN §3 on the embedded model: at temperature 1 a seeded request gets the tokens it gets alone, whatever else
/// runs, however its prompt is cut, and however often it is retracted. Bit for bit: one other rounding would change a
/// draw.
/// </summary>
public sealed class SameTokensTests(SameTokensTests.Alone alone) : IClassFixture<SameTokensTests.Alone>
{
    private const int Known = 3;
    private const int NewTokens = 24;

    private static readonly EngineOptions _options = new() { ModelPath = Repository.TinyModel, MaxTotalTokens = 8192 };

    [Fact]
    public async Task SameTokensAmong31Others()
    {
        AssertSame(await RunAsync(_options, 32));
    }

    [Fact]
    public async Task SameTokensInSmallChunksAmongDecodes()
    {
        AssertSame(await RunAsync(_options with { ChunkedPrefillSize = 7, MaxPrefillTokens = 9 }, Known));
    }

    [Fact]
    public async Task SameTokensAfterAForcedRetraction()
    {
        Generation[] all = await RunAsync(_options with { MaxTotalTokens = 90, MaxNewTokensEstimate = 1 }, Known);
        Assert.Contains(all, generation => generation.Retractions > 0);
        AssertSame(all);
    }

    [Theory]
    [InlineData(8192)]
    [InlineData(90)]
    public async Task SameTokensOnADeviceThatRunsAhead(int maxTotalTokens)
    {
        EngineOptions options = _options with { MaxTotalTokens = maxTotalTokens, MaxNewTokensEstimate = 1 };
        AssertSame(await RunAsync(options, Known, _ => new RunAheadOps()));
    }

    [Fact]
    public async Task SameTokensBehindACachedPrefix()
    {
        await using InferenceEngine engine = InferenceEngine.Load(_options);
        for (int i = 0; i < Known; i++)
        {
            GenerateRequest request = Request(i);
            GenerateRequest warm = request with { Prompt = request.Prompt[..^5] };
            await Generation.OfAsync(engine, warm with { Sampling = warm.Sampling with { MaxNewTokens = 0 } });
            Generation behind = await Generation.OfAsync(engine, request);
            Assert.Equal(request.Prompt.Length - 5, behind.First.CachedTokens);
            Assert.Equal(alone.Tokens[i], behind.Tokens);
        }
    }

    [Fact]
    public async Task SameTokensWhenAnotherEngineGoesOn()
    {
        await using InferenceEngine engine = InferenceEngine.Load(_options);
        for (int done = 1; done < NewTokens; done += 5)
        {
            int[] first = alone.Tokens[Known - 1][..done];
            Generation rest = await Generation.OfAsync(engine, Request(Known - 1) with { Resumed = first });
            Assert.Equal(alone.Tokens[Known - 1][done..], rest.Tokens);
        }
    }

    private void AssertSame(Generation[] all)
    {
        for (int i = 0; i < Known; i++)
            Assert.Equal(alone.Tokens[i], all[i].Tokens);
    }

    private static async Task<Generation[]> RunAsync(
        EngineOptions options, int count, Func<ModelConfig, IOps>? openDevice = null)
    {
        await using InferenceEngine engine = InferenceEngine.Load(options, openDevice: openDevice);
        Generation[] all = await Task.WhenAll(
            Enumerable.Range(0, count).Select(i => Generation.OfAsync(engine, Request(i))));
        Assert.True(await engine.FlushCacheAsync());
        Assert.Null(engine.Loop.InvariantViolation);
        return all;
    }

    private static GenerateRequest Request(int i)
    {
        Random random = new(i);
        return new GenerateRequest
        {
            Id = $"request {i}",
            Prompt = (int[])[.. Enumerable.Range(0, 20 + (3 * i)).Select(_ => random.Next(4000))],
            Seed = (ulong)i,
            Sampling = new SamplingParams
            {
                MaxNewTokens = NewTokens,
                Temperature = 1,
                IgnoreEos = true,
                FrequencyPenalty = 0.5f,
                RepetitionPenalty = 1.1f,
            },
        };
    }

    /// <summary>The first few requests, each on an engine that has never seen another.</summary>
    public sealed class Alone : IAsyncLifetime
    {
        public List<int[]> Tokens { get; } = [];

        public async Task InitializeAsync()
        {
            for (int i = 0; i < Known; i++)
            {
                await using InferenceEngine engine = InferenceEngine.Load(_options);
                Tokens.Add((await Generation.OfAsync(engine, Request(i))).Tokens);
            }
            Assert.All(Tokens, tokens => Assert.Equal(NewTokens, tokens.Length));
            Assert.Equal(Known, Tokens.Select(tokens => string.Join(',', tokens)).Distinct().Count());
        }

        public Task DisposeAsync() => Task.CompletedTask;
    }
}
