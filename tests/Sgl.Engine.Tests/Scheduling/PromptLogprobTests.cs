using Sgl.Engine.Requests;
using Sgl.Engine.Scheduling;
using static Sgl.Engine.Tests.Engine.TestRequest;

namespace Sgl.Engine.Tests.Scheduling;

public sealed class PromptLogprobTests
{
    private const int Length = 40;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(Length - 1)]
    [InlineData(Length)]
    public void EachPositionFromTheStartIsReported(int start)
    {
        using StepByStep engine = new(Options with { ChunkedPrefillSize = 7 });
        Check(engine, start, cached: 0);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(17, 16)]
    [InlineData(Length - 1, Length - 2)]
    [InlineData(Length, Length - 1)]
    public void TheyLimitWhatIsTakenFromTheCache(int start, int cached)
    {
        using StepByStep engine = new(Options);
        engine.Add(Of(Prompt(Length), 1));
        engine.RunToEnd();
        Check(engine, start, cached);
    }

    [Fact]
    public void AStepComputesABoundedNumberOfThem()
    {
        int rows = EngineOptions.PromptLogprobRows;
        using StepByStep engine = new(Options with { MaxTotalTokens = 4 * rows });
        int[] prompt = Prompt(3 * rows);
        Sequence sequence = engine.Add(Of(prompt, 1) with { Logprobs = new LogprobOptions(100, 0) });
        Assert.Equal(99 + rows, engine.Step().PrefillTokens);
        Assert.Equal(rows, engine.Step().PrefillTokens);
        engine.RunToEnd();
        IReadOnlyList<PositionLogprobs> logprobs = StepByStep.Chunks(sequence)[0].PromptLogprobs;
        Assert.Equal(prompt[100..], logprobs.Select(position => position.Token));
    }

    [Fact]
    public void APrefillAloneDeliversThem()
    {
        using StepByStep engine = new(Options);
        Sequence sequence = engine.Add(Of(Prompt(Length), 0) with { Logprobs = new LogprobOptions(0, 0) });
        engine.RunToEnd();
        Assert.Equal(Length, Assert.Single(StepByStep.Chunks(sequence)).PromptLogprobs.Count);
    }

    [Fact]
    public void TheOutputHasThemTokenByToken()
    {
        using StepByStep engine = new(Options);
        Sequence sequence = engine.Add(Of(Prompt(Length), 5) with { Logprobs = new LogprobOptions(Length, 2) });
        engine.RunToEnd();
        List<TokenChunk> chunks = StepByStep.Chunks(sequence);
        int[] whole = [.. Prompt(Length), .. engine.Model.Greedy(Prompt(Length), 5)];
        for (int i = 0; i < 5; i++)
        {
            PositionLogprobs logprobs = Assert.Single(chunks[i].Logprobs);
            Assert.Equal(whole[Length + i], logprobs.Token);
            Assert.Equal(engine.Model.Logprob(whole, Length + i), logprobs.Logprob!.Value, 4);
            Assert.Equal(2, logprobs.Top.Count);
            Assert.Equal(new TokenLogprob(logprobs.Token, logprobs.Logprob.Value), logprobs.Top[0]);
        }
    }

    private static void Check(StepByStep engine, int start, int cached)
    {
        Sequence sequence = engine.Add(Of(Prompt(Length), 2) with { Logprobs = new LogprobOptions(start, 1) });
        engine.RunToEnd();
        List<TokenChunk> chunks = StepByStep.Chunks(sequence);
        Assert.Equal(cached, chunks[0].CachedTokens);
        Assert.Equal(Prompt(Length)[start..], chunks[0].PromptLogprobs.Select(position => position.Token));
        Assert.Empty(chunks[1].PromptLogprobs);
        for (int i = start; i < Length; i++)
        {
            PositionLogprobs logprobs = chunks[0].PromptLogprobs[i - start];
            if (i == 0)
                Assert.Equal((null, 0), (logprobs.Logprob, logprobs.Top.Count));
            else
                Assert.Equal(engine.Model.Logprob(Prompt(Length), i), logprobs.Logprob!.Value, 4);
        }
    }
}
