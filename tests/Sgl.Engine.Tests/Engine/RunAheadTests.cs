using Sgl.Engine.Requests;
using static Sgl.Engine.Tests.Engine.TestRequest;

namespace Sgl.Engine.Tests.Engine;

/// <summary>A device that runs ahead changes when tokens are told, never which.</summary>
public sealed class RunAheadTests
{
    [Fact]
    public async Task StepsAreLaunchedBeforeTheTokensOfTheStepBeforeAreKnown()
    {
        RunAheadOps ops = new();
        await using TestEngine test = new(Options, ops: ops);
        Assert.Equal(
            test.Model.Greedy(Prompt(5), 9), (await Generation.OfAsync(test.Engine, Of(Prompt(5), 9))).Tokens);
        Assert.Equal(8, ops.PassesAhead);
    }

    [Fact]
    public async Task WithoutOverlapEveryTokenIsKnownBeforeTheNextStep()
    {
        RunAheadOps ops = new();
        await using TestEngine test = new(Options with { DisableOverlapSchedule = true }, ops: ops);
        Assert.Equal(
            test.Model.Greedy(Prompt(5), 9), (await Generation.OfAsync(test.Engine, Of(Prompt(5), 9))).Tokens);
        Assert.Equal(0, ops.PassesAhead);
    }

    [Fact]
    public async Task PassesOfDecodesArePaddedToTheNextSizeAndLargerOnesAreNot()
    {
        RunAheadOps ops = new(2, 4);
        FakeModel model = new();
        // The warm-up runs both sizes; the first request waits for the others.
        StepGate gate = new(model, step: 3);
        await using TestEngine test = new(Options, model, ops);
        int[] outputs = [30, 25, 20, 15, 10];
        Task<Generation>[] requests = [.. outputs.Select(
            (count, i) => Generation.OfAsync(test.Engine, Of(Prompt(5, seed: i), count)))];
        await gate.Entered;
        gate.Open();
        Generation[] all = await Task.WhenAll(requests);
        for (int i = 0; i < all.Length; i++)
            Assert.Equal(test.Model.Greedy(Prompt(5, seed: i), outputs[i]), all[i].Tokens);
        // The warm-up takes the largest first.
        Assert.Equal([4, 2], ops.Replayed.Take(2));
        Assert.True(ops.Replayed.Count(size => size == 2) >= 5 && ops.Replayed.Count(size => size == 4) >= 5);
    }

    [Fact]
    public async Task ATokenThatEndsTheRequestEndsItThoughTheNextIsOnItsWay()
    {
        RunAheadOps ops = new();
        await using TestEngine test = new(Options, ops: ops);
        int[] greedy = test.Model.Greedy(Prompt(7), 12);
        GenerateRequest request = Of(Prompt(7), 12);
        Generation generation = await Generation.OfAsync(
            test.Engine, request with { Sampling = request.Sampling with { StopTokens = [greedy[4]] } });
        int end = Array.IndexOf(greedy, greedy[4]);
        Assert.Equal(greedy[..(end + 1)], generation.Tokens);
        Assert.Equal(FinishKind.Stop, generation.Finish?.Kind);

        // What was computed for it stays good for others.
        Generation next = await Generation.OfAsync(test.Engine, Of([.. Prompt(7), .. greedy[..(end + 1)], 3], 6));
        Assert.Equal(test.Model.Greedy([.. Prompt(7), .. greedy[..(end + 1)], 3], 6), next.Tokens);
        Assert.True(next.First.CachedTokens >= 7 + end);
    }

    [Fact]
    public async Task PromptLogprobsComeOnceAndInOrderWhenThePromptIsInPieces()
    {
        await using TestEngine test = new(Options with { ChunkedPrefillSize = 5 }, ops: new RunAheadOps());
        int[] prompt = Prompt(23);
        Generation generation = await Generation.OfAsync(
            test.Engine, Of(prompt, 3) with { Logprobs = new LogprobOptions(0, 0) });
        Assert.Equal(prompt, generation.First.PromptLogprobs.Select(logprob => logprob.Token));
        for (int i = 1; i < prompt.Length; i++)
        {
            Assert.Equal(
                test.Model.Logprob(prompt, i), generation.First.PromptLogprobs[i].Logprob!.Value, 1e-4);
        }
    }

    [Fact]
    public async Task ARequestForNoNewTokensEnds()
    {
        await using TestEngine test = new(Options, ops: new RunAheadOps());
        Generation generation = await Generation.OfAsync(test.Engine, Of(Prompt(9), 0));
        Assert.Empty(generation.Tokens);
        Assert.Equal(FinishKind.Length, generation.Finish?.Kind);
    }

    [Fact]
    public async Task AStepThatFailsEndsItsRequestsAndNoOthers()
    {
        FakeModel model = new();
        int steps = 0;
        model.BeforeForward = _ =>
        {
            if (++steps == 4)
                throw new InvalidOperationException("broken step");
        };
        await using TestEngine test = new(Options, model, new RunAheadOps());
        Generation failed = await Generation.OfAsync(test.Engine, Of(Prompt(5), 20));
        Assert.Equal(FinishKind.Abort, failed.Finish?.Kind);
        Assert.Equal(model.Greedy(Prompt(5), 20)[..failed.Tokens.Length], failed.Tokens);
        Generation after = await Generation.OfAsync(test.Engine, Of(Prompt(6), 5));
        Assert.Equal(model.Greedy(Prompt(6), 5), after.Tokens);
    }
}
