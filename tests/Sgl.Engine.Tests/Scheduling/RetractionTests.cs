using Sgl.Engine.Requests;
using Sgl.Engine.Scheduling;
using static Sgl.Engine.Tests.Engine.TestRequest;

namespace Sgl.Engine.Tests.Scheduling;

public sealed class RetractionTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RetractedRequestsGetTheTokensTheyWouldHaveHad(bool disableRadixCache)
    {
        // The estimate believes each needs a token: all are admitted, and the pool runs dry.
        EngineOptions options = Options with { MaxTotalTokens = 200, MaxNewTokensEstimate = 1 };
        using StepByStep engine = new(options with { DisableRadixCache = disableRadixCache });
        Sequence[] sequences = [.. Enumerable.Range(0, 6).Select(
            i => engine.Add(Of(Prompt(20 + i, seed: i), 100, temperature: i % 2, (ulong)i)))];
        engine.RunToEnd();
        Assert.True(engine.Scheduler.RetractionsTotal >= 4);
        Assert.Contains(engine.Log, line => line.StartsWith("KV cache pool is full. Retract requests. #retracted-req"));
        for (int i = 0; i < sequences.Length; i++)
        {
            List<TokenChunk> chunks = StepByStep.Chunks(sequences[i]);
            Assert.Equal(Alone(sequences[i].Request), chunks.SelectMany(chunk => chunk.Tokens.ToArray()));
            Assert.Equal(sequences[i].Retractions, chunks[^1].Retractions);
        }
        Assert.Equal(engine.Scheduler.RetractionsTotal, sequences.Sum(sequence => sequence.Retractions));
        Assert.Equal(6, engine.Places.CurrentCount);
    }

    [Fact]
    public void TheLeastOutputGoesFirstAndTheLongestPromptAmongEquals()
    {
        using StepByStep engine = new(Options with { MaxTotalTokens = 100, MaxNewTokensEstimate = 1 });
        Sequence old = engine.Add(Of(Prompt(10, seed: 1), 60));
        engine.Step();
        engine.Step();
        Sequence shorter = engine.Add(Of(Prompt(20, seed: 2), 60));
        Sequence longer = engine.Add(Of(Prompt(30, seed: 3), 60));
        while (engine.Scheduler.RetractionsTotal == 0)
            engine.Step();
        Assert.Equal((0, 0, 1), (old.Retractions, shorter.Retractions, longer.Retractions));
        Assert.Equal(SequenceState.Waiting, longer.State);
        engine.RunToEnd();
    }

    [Fact]
    public void ARequestAsLargeAsThePoolFinishes()
    {
        using StepByStep engine = new(Options with { MaxTotalTokens = 64 });
        Sequence[] both = [engine.Add(Of(Prompt(24), 40)), engine.Add(Of(Prompt(63, seed: 1), 1))];
        engine.RunToEnd();
        Assert.Equal(engine.Model.Greedy(Prompt(24), 40), StepByStep.Tokens(both[0]));
        Assert.Equal(engine.Model.Greedy(Prompt(63, seed: 1), 1), StepByStep.Tokens(both[1]));
    }

    [Fact]
    public void APromptInPiecesIsRetractedBeforeThoseThatHaveOutput()
    {
        using StepByStep engine = new(
            Options with { MaxTotalTokens = 64, ChunkedPrefillSize = 4, MaxNewTokensEstimate = 1 });
        Sequence decoding = engine.Add(Of(Prompt(20), 40));
        engine.Step();
        Sequence inPieces = engine.Add(Of(Prompt(38, seed: 1), 10));
        engine.RunToEnd();
        Assert.Equal((0, 1), (decoding.Retractions, inPieces.Retractions));
        Assert.Equal(engine.Model.Greedy(Prompt(38, seed: 1), 10), StepByStep.Tokens(inPieces));
    }

    [Fact]
    public void ARetractionRaisesTheEstimateAndDecodingLowersIt()
    {
        NewTokenRatio ratio = new(conservativeness: 1);
        Assert.Equal(0.7, ratio.Value);
        for (int i = 0; i < 1000; i++)
            ratio.OnDecodeStep();
        Assert.Equal(0.1, ratio.Value, 9);
        Sequence running = new(Of([1, 2], 100), 0);
        for (int i = 0; i < 30; i++)
            running.Promise(0);
        ratio.OnRetraction([running]);
        Assert.Equal((30 + 20) / 100.0, ratio.Value);
        ratio.OnIdle();
        Assert.Equal(0.7, ratio.Value);
        Assert.Equal(1, new NewTokenRatio(conservativeness: 20).Value);
    }

    private static int[] Alone(GenerateRequest request)
    {
        using StepByStep engine = new(Options);
        Sequence sequence = engine.Add(request);
        engine.RunToEnd();
        return StepByStep.Tokens(sequence);
    }
}
