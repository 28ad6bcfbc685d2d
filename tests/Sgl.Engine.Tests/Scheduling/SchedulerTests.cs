using Sgl.Engine.Requests;
using Sgl.Engine.Sampling;
using Sgl.Engine.Scheduling;
using Sgl.Engine.Tests.Engine;
using static Sgl.Engine.Tests.Engine.TestRequest;

namespace Sgl.Engine.Tests.Scheduling;

public sealed class SchedulerTests
{
    [Fact]
    public void OneRequestGetsItsTokens()
    {
        using StepByStep engine = new(Options);
        Sequence sequence = engine.Add(Of(Prompt(10), 8));
        engine.RunToEnd();
        List<TokenChunk> chunks = StepByStep.Chunks(sequence);
        Assert.Equal(8, chunks.Count);
        Assert.Equal(engine.Model.Greedy(Prompt(10), 8), chunks.SelectMany(chunk => chunk.Tokens.ToArray()));
        Assert.Equal(FinishReason.AtLength(8), chunks[^1].Finish);
        Assert.Equal(17, engine.Cache.CachedTokens);
    }

    [Fact]
    public void AStopTokenEndsTheGenerationAndIsItsLastToken()
    {
        using StepByStep engine = new(Options);
        int[] expected = engine.Model.Greedy(Prompt(10), 20);
        int stop = expected[6];
        GenerateRequest request = Of(Prompt(10), 20);
        Sequence stopped = engine.Add(request with { Sampling = request.Sampling with { StopTokens = [stop] } });
        Sequence ignoring = engine.Add(
            request with { Sampling = request.Sampling with { StopTokens = [stop], IgnoreEos = true } });
        engine.RunToEnd();
        List<TokenChunk> chunks = StepByStep.Chunks(stopped);
        Assert.Equal(expected[..(expected.IndexOf(stop) + 1)], chunks.SelectMany(chunk => chunk.Tokens.ToArray()));
        Assert.Equal(FinishReason.AtToken(stop), chunks[^1].Finish);
        Assert.Equal(expected, StepByStep.Tokens(ignoring));
    }

    [Fact]
    public void LongPromptsGoThroughInChunksAmongDecodes()
    {
        using StepByStep engine = new(Options with { ChunkedPrefillSize = 16 });
        Sequence early = engine.Add(Of(Prompt(5, seed: 1), 10));
        engine.Step();
        Sequence late = engine.Add(Of(Prompt(40, seed: 2), 3));
        int[] sizes = [.. Enumerable.Range(0, 3).Select(_ => Shape(engine.Step()))];
        Assert.Equal([1 + 16, 1 + 16, 1 + 8], sizes);
        engine.RunToEnd();
        Assert.Equal(engine.Model.Greedy(Prompt(5, seed: 1), 10), StepByStep.Tokens(early));
        Assert.Equal(engine.Model.Greedy(Prompt(40, seed: 2), 3), StepByStep.Tokens(late));

        static int Shape(Batch batch) => batch.DecodeCount + batch.PrefillTokens;
    }

    [Fact]
    public void OnlyOnePromptIsInPieces()
    {
        using StepByStep engine = new(Options with { ChunkedPrefillSize = 16, MaxPrefillTokens = 24 });
        engine.Add(Of(Prompt(40, seed: 1), 2));
        engine.Add(Of(Prompt(6, seed: 2), 2));
        engine.Add(Of(Prompt(40, seed: 3), 2));
        Assert.Equal([16], Sizes(engine.Step()));
        Assert.Equal([16], Sizes(engine.Step()));
        Assert.Equal([8, 6, 2], Sizes(engine.Step()));
        engine.RunToEnd();
    }

    [Fact]
    public void WithoutChunksAPromptLongerThanTheBudgetGetsAStepForItself()
    {
        using StepByStep engine = new(Options with { ChunkedPrefillSize = -1, MaxPrefillTokens = 20 });
        engine.Add(Of(Prompt(12, seed: 1), 1));
        engine.Add(Of(Prompt(50, seed: 2), 1));
        Assert.Equal([12], Sizes(engine.Step()));
        Assert.Equal([50], Sizes(engine.Step()));
        engine.AssertNothingHeld();
    }

    [Fact]
    public void NoMoreRunThanMayRun()
    {
        using StepByStep engine = new(Options with { MaxRunningRequests = 2 });
        for (int i = 0; i < 5; i++)
            engine.Add(Of(Prompt(4, seed: i), 3));
        engine.Step();
        Assert.Equal((2, 3), (engine.Scheduler.RunningCount, engine.Scheduler.WaitingCount));
        engine.RunToEnd();
        Assert.Equal(5, engine.Places.CurrentCount);
    }

    [Fact]
    public void AdmissionKeepsRoomForTheOutputOfThoseThatRun()
    {
        using StepByStep engine = new(Options with { MaxTotalTokens = 100 });
        engine.Add(Of(Prompt(10, seed: 1), 80));
        engine.Step();
        engine.Add(Of(Prompt(10, seed: 2), 40));
        engine.Step();
        Assert.Equal((1, 1), (engine.Scheduler.RunningCount, engine.Scheduler.WaitingCount));
        engine.RunToEnd();
        Assert.Equal(0, engine.Scheduler.RetractionsTotal);
    }

    [Fact]
    public void APrefixInTheCacheIsNotComputedAgain()
    {
        using StepByStep engine = new(Options);
        engine.Add(Of(Prompt(50), 4));
        engine.RunToEnd();
        int[] longer = [.. Prompt(50), 1, 2, 3];
        Sequence second = engine.Add(Of(longer, 4));
        Batch batch = engine.Step();
        Assert.Equal(3, batch.PrefillTokens);
        engine.RunToEnd();
        List<TokenChunk> chunks = StepByStep.Chunks(second);
        Assert.Equal(50, chunks[0].CachedTokens);
        Assert.Equal(engine.Model.Greedy(longer, 4), chunks.SelectMany(chunk => chunk.Tokens.ToArray()));
        Assert.Equal(50, engine.Scheduler.CachedTokensTotal);
        Assert.Equal(103, engine.Scheduler.PromptTokensTotal);
    }

    [Fact]
    public void TheLastTokenOfAPromptIsAlwaysComputed()
    {
        using StepByStep engine = new(Options);
        Sequence[] both = [engine.Add(Of(Prompt(40), 4)), engine.Add(Of(Prompt(40), 4))];
        engine.RunToEnd();
        Assert.Equal(StepByStep.Tokens(both[0]), StepByStep.Tokens(both[1]));
        Assert.Equal(39, both[1].CachedTokens);
    }

    [Fact]
    public void WithoutTheRadixCacheEveryPromptIsComputed()
    {
        using StepByStep engine = new(Options with { DisableRadixCache = true });
        Sequence[] both = [engine.Add(Of(Prompt(40), 4)), engine.Add(Of(Prompt(40), 4))];
        Assert.Equal([40, 40], Sizes(engine.Step()));
        engine.RunToEnd();
        Assert.All(both, sequence => Assert.Equal(engine.Model.Greedy(Prompt(40), 4), StepByStep.Tokens(sequence)));
        Assert.Equal(1024, engine.Cache.FreeTokens);
    }

    [Fact]
    public void WhoSharesAPromptInPrefillWaitsForIt()
    {
        using StepByStep engine = new(Options with { ChunkedPrefillSize = 64 });
        Sequence[] same = [.. Enumerable.Range(0, 8).Select(_ => engine.Add(Of(Prompt(170), 4)))];
        Sequence other = engine.Add(Of(Prompt(20, seed: 9), 4));
        Assert.Equal([64], Sizes(engine.Step()));
        Assert.Equal([64], Sizes(engine.Step()));
        Assert.Equal([42, 20], Sizes(engine.Step()));
        Assert.Equal([1, 1, 1, 1, 1, 1, 1, 1, 1], Sizes(engine.Step()));
        engine.RunToEnd();
        Assert.All(same, sequence => Assert.Equal(engine.Model.Greedy(Prompt(170), 4), StepByStep.Tokens(sequence)));
        Assert.Equal(engine.Model.Greedy(Prompt(20, seed: 9), 4), StepByStep.Tokens(other));
    }

    [Fact]
    public void KeysThatDependOnTheLengthAreSharedAmongEqualLengthsOnly()
    {
        using StepByStep engine = new(Options, new FakeModel(keysDependOnLength: true));
        int[] prompt = Prompt(50);
        int[][] prompts = [prompt, [.. prompt[..49], 5], [.. prompt, 7]];
        int[] cached = new int[3];
        for (int i = 0; i < 3; i++)
        {
            Sequence sequence = engine.Add(Of(prompts[i], 6));
            engine.RunToEnd();
            Assert.Equal(engine.Model.Greedy(prompts[i], 6), StepByStep.Tokens(sequence));
            cached[i] = sequence.CachedTokens;
        }
        Assert.Equal([0, 49, 0], cached);
    }

    [Fact]
    public void NoNewTokensIsAPrefillAlone()
    {
        using StepByStep engine = new(Options with { ChunkedPrefillSize = 16 });
        Sequence sequence = engine.Add(Of(Prompt(20), 0));
        engine.RunToEnd();
        TokenChunk chunk = Assert.Single(StepByStep.Chunks(sequence));
        Assert.Equal(FinishReason.AtLength(0), chunk.Finish);
        Assert.Equal(0, chunk.Tokens.Length);
        Assert.Equal(20, engine.Cache.CachedTokens);
    }

    [Fact]
    public void ATokenOutsideTheVocabularyEndsTheRequest()
    {
        using StepByStep engine = new(Options);
        Sequence sequence = engine.Add(Of(Prompt(4), 4));
        Batch batch = engine.Scheduler.NextBatch();
        engine.Scheduler.Settle(batch, [new SampledToken(FakeModel.Vocabulary, 0, [])]);
        TokenChunk chunk = Assert.Single(StepByStep.Chunks(sequence));
        Assert.Equal(FinishKind.Abort, chunk.Finish!.Kind);
        Assert.Contains("token 64, outside its vocabulary of 64", chunk.Finish.Message);
        engine.AssertNothingHeld();
    }

    [Fact]
    public void AFailedStepEndsItsRequestsAndKeepsWhatWasComputedBefore()
    {
        using StepByStep engine = new(Options with { ChunkedPrefillSize = 16 });
        Sequence sequence = engine.Add(Of(Prompt(40), 4));
        engine.Step();
        engine.Scheduler.Fail(engine.Scheduler.NextBatch(), "broken");
        engine.AssertNothingHeld();
        Assert.Equal(16, engine.Cache.CachedTokens);
        Assert.Equal(FinishReason.Aborted("broken"), Assert.Single(StepByStep.Chunks(sequence)).Finish);
    }

    private static int[] Sizes(Batch batch) => [.. batch.Entries.Select(entry => entry.Count)];
}
