using Sgl.Engine.Requests;
using Sgl.Engine.Scheduling;
using Sgl.Engine.Tests.Engine;
using static Sgl.Engine.Tests.Engine.TestRequest;

namespace Sgl.Engine.Tests.Scheduling;

/// <summary>A request that brings the tokens it had elsewhere goes on as if it had never stopped.</summary>
public sealed class ResumeTests
{
    private const int Length = 24;

    private static readonly SamplingParams _sampling = new()
    {
        MaxNewTokens = Length,
        MinNewTokens = 8,
        Temperature = 1,
        FrequencyPenalty = 0.5f,
        PresencePenalty = 0.5f,
        RepetitionPenalty = 1.2f,
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheRestIsTheSameFromEveryToken(bool keysDependOnLength)
    {
        GenerateRequest request =
            Of(Prompt(20), Length, seed: 5) with { Sampling = _sampling, Logprobs = new LogprobOptions(20, 2) };
        List<TokenChunk> whole = Run(request, keysDependOnLength);
        int[] tokens = Tokens(whole);
        Assert.True(tokens.Length > 8);
        for (int done = 1; done < tokens.Length; done++)
        {
            List<TokenChunk> rest = Run(request with { Resumed = tokens[..done] }, keysDependOnLength);
            Assert.Equal(tokens[done..], Tokens(rest));
            Assert.Equal(whole[^1].Finish, rest[^1].Finish);
            Assert.Equal(Logprobs(whole).Skip(done), Logprobs(rest));
        }
    }

    [Fact]
    public void ThePrefixCacheKnowsTheResumedTokens()
    {
        using StepByStep engine = new(Options);
        int[] tokens = engine.Model.Greedy(Prompt(20), 16);
        engine.Add(Of(Prompt(20), 16));
        engine.RunToEnd();
        Sequence resumed = engine.Add(Of(Prompt(20), 16) with { Resumed = tokens[..10] });
        Assert.Equal(1, engine.Step().PrefillTokens);
        engine.RunToEnd();
        List<TokenChunk> chunks = StepByStep.Chunks(resumed);
        Assert.Equal(20, chunks[0].CachedTokens);
        Assert.Equal(tokens[10..], Tokens(chunks));
    }

    [Fact]
    public void ARetractedOneGoesOnToo()
    {
        using StepByStep engine = new(Options with { MaxTotalTokens = 100, MaxNewTokensEstimate = 1 });
        int[] tokens = engine.Model.Greedy(Prompt(30, seed: 3), 60);
        engine.Add(Of(Prompt(20), 60));
        Sequence resumed = engine.Add(Of(Prompt(30, seed: 3), 60) with { Resumed = tokens[..5] });
        engine.RunToEnd();
        Assert.True(engine.Scheduler.RetractionsTotal > 0);
        Assert.Equal(tokens[5..], StepByStep.Tokens(resumed));
    }

    private static List<TokenChunk> Run(GenerateRequest request, bool keysDependOnLength)
    {
        using StepByStep engine = new(
            Options with { ChunkedPrefillSize = 7 }, new FakeModel(keysDependOnLength));
        Sequence sequence = engine.Add(request);
        engine.RunToEnd();
        return StepByStep.Chunks(sequence);
    }

    private static int[] Tokens(List<TokenChunk> chunks) => [.. chunks.SelectMany(chunk => chunk.Tokens.ToArray())];

    private static IEnumerable<(int Token, float? Logprob)> Logprobs(List<TokenChunk> chunks) =>
        chunks.SelectMany(chunk => chunk.Logprobs).Select(position => (position.Token, position.Logprob));
}
