using Sgl.Engine.Requests;
using Sgl.Engine.Scheduling;
using static Sgl.Engine.Tests.Engine.TestRequest;

namespace Sgl.Engine.Tests.Scheduling;

/// <summary>
/// A request can be cancelled wherever it stands; what it held goes back to the tree, and the others go on.
/// </summary>
public sealed class CancellationTests
{
    [Fact]
    public void Queued()
    {
        using StepByStep engine = new(Options with { MaxRunningRequests = 1 });
        Sequence running = engine.Add(Of(Prompt(10), 5));
        Sequence queued = engine.Add(Of(Prompt(10, seed: 1), 5));
        engine.Step();
        CancelAndFinish(engine, queued, SequenceState.Waiting, running);
        Assert.Equal(2, engine.Places.CurrentCount);
    }

    [Fact]
    public void InTheMiddleOfItsPrompt()
    {
        using StepByStep engine = new(Options with { ChunkedPrefillSize = 8 });
        Sequence running = engine.Add(Of(Prompt(5), 10));
        Sequence cut = engine.Add(Of(Prompt(30, seed: 1), 5));
        engine.Step();
        engine.Step();
        CancelAndFinish(engine, cut, SequenceState.Prefilling, running);
        Assert.Equal(3 + 8, engine.Cache.Find(0, Prompt(30, seed: 1)).Length);
    }

    [Fact]
    public void Decoding()
    {
        using StepByStep engine = new(Options);
        Sequence running = engine.Add(Of(Prompt(5), 10));
        Sequence cut = engine.Add(Of(Prompt(30, seed: 1), 5));
        engine.Step();
        engine.Step();
        CancelAndFinish(engine, cut, SequenceState.Decoding, running);
        Assert.Equal(31, engine.Cache.Find(0, cut.Tokens.Span).Length);
    }

    [Fact]
    public void Retracted()
    {
        using StepByStep engine = new(Options with { MaxTotalTokens = 64, MaxNewTokensEstimate = 1 });
        Sequence running = engine.Add(Of(Prompt(20), 40));
        engine.Step();
        Sequence cut = engine.Add(Of(Prompt(20, seed: 1), 40));
        while (cut.Retractions == 0)
            engine.Step();
        CancelAndFinish(engine, cut, SequenceState.Waiting, running);
        Assert.Equal(2, engine.Places.CurrentCount);
    }

    [Fact]
    public void AlreadyFinished()
    {
        using StepByStep engine = new(Options);
        Sequence sequence = engine.Add(Of(Prompt(5), 3));
        engine.RunToEnd();
        engine.Scheduler.Cancel(sequence, "late");
        Assert.Equal(FinishReason.AtLength(3), StepByStep.Chunks(sequence)[^1].Finish);
        engine.AssertNothingHeld();
    }

    private static void CancelAndFinish(StepByStep engine, Sequence cut, SequenceState from, Sequence other)
    {
        Assert.Equal(from, cut.State);
        engine.Scheduler.Cancel(cut, "The client went away.");
        Assert.Equal(SequenceState.Ended, cut.State);
        Assert.Equal(0, cut.Kv.Count);
        Assert.Equal(FinishReason.Aborted("The client went away."), StepByStep.Chunks(cut)[^1].Finish);
        Assert.DoesNotContain(cut, engine.Step().Entries.Select(entry => entry.Sequence));
        engine.RunToEnd();
        int[] expected = engine.Model.Greedy(other.Request.Prompt.Span, other.Request.Sampling.MaxNewTokens);
        Assert.Equal(expected, StepByStep.Tokens(other));
    }
}
