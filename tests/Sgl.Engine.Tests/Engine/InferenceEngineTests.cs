using System.Text.RegularExpressions;
using Sgl.Engine.Cache;
using Sgl.Engine.Cpu;
using Sgl.Engine.Requests;
using static Sgl.Engine.Tests.Engine.TestRequest;

namespace Sgl.Engine.Tests.Engine;

public sealed class InferenceEngineTests
{
    [Fact]
    public async Task AmongManyEachGetsItsOwnTokens()
    {
        await using TestEngine test = new(Options with { ChunkedPrefillSize = 32, MaxTotalTokens = 4096 });
        Generation[] all = await Task.WhenAll(Enumerable.Range(0, 32).Select(
            i => Generation.OfAsync(test.Engine, Of(Prompt(10 + (7 * i), seed: i), 20))));
        for (int i = 0; i < all.Length; i++)
        {
            Assert.Equal(test.Model.Greedy(Prompt(10 + (7 * i), seed: i), 20), all[i].Tokens);
            Assert.Equal(FinishReason.AtLength(20), all[i].Finish);
        }
    }

    [Fact]
    public async Task AFullQueueIsSaidAtOnce()
    {
        await using TestEngine test = new(Options with { MaxQueuedRequests = 2 });
        StepGate gate = new(test.Model);
        List<Task<Generation>> accepted = [Generation.OfAsync(test.Engine, Of(Prompt(4), 3))];
        await gate.Entered;
        accepted.Add(Generation.OfAsync(test.Engine, Of(Prompt(5), 3)));
        accepted.Add(Generation.OfAsync(test.Engine, Of(Prompt(6), 3)));
        var error = await Assert.ThrowsAsync<QueueFullException>(
            () => Generation.OfAsync(test.Engine, Of(Prompt(7), 3)));
        Assert.Contains("2 requests wait already", error.Message);
        gate.Open();
        Assert.All(await Task.WhenAll(accepted), generation => Assert.Equal(3, generation.Tokens.Length));
        Assert.Equal(3, (await Generation.OfAsync(test.Engine, Of(Prompt(7), 3))).Tokens.Length);
    }

    [Fact]
    public async Task CancellingTheTokenEndsTheRequestAndNoOther()
    {
        await using TestEngine test = new(Options);
        StepGate gate = new(test.Model);
        using CancellationTokenSource source = new();
        Task<Generation> cancelled = Generation.OfAsync(test.Engine, Of(Prompt(4), 900), source.Token);
        Task<Generation> other = Generation.OfAsync(test.Engine, Of(Prompt(5), 50));
        await gate.Entered;
        await source.CancelAsync();
        gate.Open();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(test.Model.Greedy(Prompt(5), 50), (await other).Tokens);
    }

    [Fact]
    public async Task LeavingTheEnumerationEndsTheRequest()
    {
        await using TestEngine test = new(Options);
        StepGate gate = new(test.Model, step: 3);
        await foreach (TokenChunk chunk in test.Engine.GenerateAsync(Of(Prompt(4), 900)))
            break;
        gate.Open();
        await test.AssertNothingLeakedAsync();
        Assert.InRange((await test.Engine.GetStatusAsync()).GeneratedTokensTotal, 1, 3);
    }

    [Fact]
    public async Task ATokenCancelledBeforehandNeverStarts()
    {
        await using TestEngine test = new(Options);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Generation.OfAsync(test.Engine, Of(Prompt(4), 5), new CancellationToken(canceled: true)));
        Assert.Equal(0, (await test.Engine.GetStatusAsync()).Steps);
    }

    [Fact]
    public async Task AConsumerThatIsSlowGetsTheRestAtOnce()
    {
        await using TestEngine test = new(Options);
        StepGate gate = new(test.Model, step: 2);
        await using IAsyncEnumerator<TokenChunk> chunks = test.Engine
            .GenerateAsync(Of(Prompt(4), 30) with { Logprobs = new LogprobOptions(0, 0) }).GetAsyncEnumerator();
        Assert.True(await chunks.MoveNextAsync());
        int[] first = chunks.Current.Tokens.ToArray();
        Assert.Equal(4, chunks.Current.PromptLogprobs.Count);
        gate.Open();
        while ((await test.Engine.GetStatusAsync()).GeneratedTokensTotal < 30)
            await Task.Delay(1);
        Assert.True(await chunks.MoveNextAsync());
        Assert.Equal(test.Model.Greedy(Prompt(4), 30), first.Concat(chunks.Current.Tokens.ToArray()));
        Assert.Equal(30 - first.Length, chunks.Current.Logprobs.Count);
        Assert.Empty(chunks.Current.PromptLogprobs);
        Assert.NotNull(chunks.Current.Finish);
        Assert.False(await chunks.MoveNextAsync());
    }

    [Fact]
    public async Task AStepThatFailsEndsItsRequestsAndTheEngineGoesOn()
    {
        await using TestEngine test = new(Options);
        test.Model.BeforeForward = _ => throw new InvalidOperationException("the device is tired");
        Generation failed = await Generation.OfAsync(test.Engine, Of(Prompt(4), 5));
        Assert.Equal(FinishReason.Aborted("The engine failed in a step: the device is tired"), failed.Finish);
        test.Model.BeforeForward = null;
        Assert.Equal(test.Model.Greedy(Prompt(4), 5), (await Generation.OfAsync(test.Engine, Of(Prompt(4), 5))).Tokens);
    }

    [Fact]
    public async Task LogitsThatAreNotNumbersDoNotHang()
    {
        await using TestEngine test = new(Options, new FakeModel { BreakLogits = true });
        Generation[] all = await Task.WhenAll(
            Generation.OfAsync(test.Engine, Of(Prompt(4), 5)),
            Generation.OfAsync(test.Engine, Of(Prompt(4), 5, temperature: 1)));
        Assert.All(all, generation => Assert.NotNull(generation.Finish));
    }

    [Fact]
    public async Task WhenTheLoopBreaksEveryoneIsTold()
    {
        InferenceEngine engine = new(Options, new FakeModel(), new CpuOps(threads: 1), line =>
        {
            if (line.StartsWith("Prefill"))
                throw new IOException("the log is full");
        });
        GenerateRequest request = Of(Prompt(4), 5);
        var error = await Assert.ThrowsAsync<EngineStoppedException>(() => Generation.OfAsync(engine, request));
        Assert.Equal("The engine has failed: the log is full", error.Message);
        await Assert.ThrowsAsync<EngineStoppedException>(() => Generation.OfAsync(engine, request));
        await Assert.ThrowsAsync<EngineStoppedException>(() => engine.FlushCacheAsync().AsTask());
        await Assert.ThrowsAsync<EngineStoppedException>(() => engine.GetStatusAsync().AsTask());
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task DisposingEndsWhatRunsAndWaits()
    {
        FakeModel model = new();
        StepGate gate = new(model);
        InferenceEngine engine = new(Options with { MaxRunningRequests = 1 }, model, new CpuOps(threads: 1));
        Task<Generation> running = Generation.OfAsync(engine, Of(Prompt(4), 900));
        await gate.Entered;
        Task<Generation> waiting = Generation.OfAsync(engine, Of(Prompt(4), 900));
        Task disposed = engine.DisposeAsync().AsTask();
        gate.Open();
        await disposed;
        await Assert.ThrowsAsync<EngineStoppedException>(() => running);
        await Assert.ThrowsAsync<EngineStoppedException>(() => waiting);
        await Assert.ThrowsAsync<EngineStoppedException>(() => Generation.OfAsync(engine, Of(Prompt(4), 5)));
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task TheCacheIsFlushedOnlyAtRest()
    {
        await using TestEngine test = new(Options);
        await Generation.OfAsync(test.Engine, Of(Prompt(40), 5));
        StepGate gate = new(test.Model);
        Task<Generation> running = Generation.OfAsync(test.Engine, Of(Prompt(40), 5));
        await gate.Entered;
        Task<bool> flushed = test.Engine.FlushCacheAsync().AsTask();
        gate.Open();
        Assert.False(await flushed);
        Assert.Equal(39, (await running).First.CachedTokens);
        Assert.True(await test.Engine.FlushCacheAsync());
        Assert.Equal(0, (await Generation.OfAsync(test.Engine, Of(Prompt(40), 5))).First.CachedTokens);
    }

    [Fact]
    public async Task TheStatusCounts()
    {
        await using TestEngine test = new(Options);
        await Generation.OfAsync(test.Engine, Of(Prompt(40), 5));
        await Generation.OfAsync(test.Engine, Of(Prompt(40), 5));
        EngineStatus status = await test.Engine.GetStatusAsync();
        while (status.RunningRequests > 0 || status.GenerationThroughput == 0)
            status = await test.Engine.GetStatusAsync();
        Assert.Equal((80, 39, 10), (status.PromptTokensTotal, status.CachedTokensTotal, status.GeneratedTokensTotal));
        Assert.Equal(39 / 80.0, status.CacheHitRate);
        Assert.Equal((1024 - 44, 44, 0), (status.FreeTokens, status.CachedTokens, status.HeldTokens));
        Assert.Equal((10, 0), (status.Steps, status.RetractionsTotal));
        Assert.Equal(1024 * 3 * 2 * sizeof(float), status.KvCacheBytes);
        Assert.Equal("fake", test.Engine.Model.ModelType);
        Assert.Equal((4096, 1024), (test.Engine.Model.ContextLength, test.Engine.Model.MaxRequestTokens));
    }

    [Fact]
    public async Task TheLogHasTheLinesThatToolsLookFor()
    {
        TestEngine test = new(Options with { DecodeLogInterval = 4 });
        await Generation.OfAsync(test.Engine, Of(Prompt(40), 5));
        await Generation.OfAsync(test.Engine, Of(Prompt(40), 2));
        await test.DisposeAsync();
        Assert.Contains(
            "Prefill batch. #new-seq: 1, #new-token: 40, #cached-token: 0, cache hit rate: 0.00%, token usage: 0.04, "
            + "#running-req: 0, #queue-req: 0", test.Log);
        Assert.Contains(
            "Prefill batch. #new-seq: 1, #new-token: 1, #cached-token: 39, cache hit rate: 48.75%, token usage: 0.04, "
            + "#running-req: 0, #queue-req: 0", test.Log);
        Assert.Single(test.Log, line => Regex.IsMatch(
            line,
            @"^Decode batch\. #running-req: 1, #token: 44, token usage: 0\.04, "
            + @"gen throughput \(token/s\): [0-9.]+, #queue-req: 0$"));
    }

    [Fact]
    public async Task ALeakIsNoticedAtRestAndMended()
    {
        TestEngine test = new(Options);
        EngineLoop loop = test.Engine.Loop;
        loop.Post(() => loop.Cache.Grow(new KvSlots(), 3));
        while (loop.InvariantViolation is null || loop.Status.HeldTokens > 0)
            await Task.Delay(1);
        Assert.EndsWith("3 are held though no request is there.", loop.InvariantViolation);
        Assert.Contains(test.Log, line => line.StartsWith("ERROR: KV pool leak: of 1024 slots"));
        Assert.Equal(1024, loop.Status.FreeTokens);
        Assert.Equal(5, (await Generation.OfAsync(test.Engine, Of(Prompt(40), 5))).Tokens.Length);
        await test.Engine.DisposeAsync();
    }

    [Fact]
    public async Task ARequestThatThePoolCannotHoldIsRefused()
    {
        await using TestEngine test = new(Options with { MaxTotalTokens = 100 });
        var error = await Assert.ThrowsAsync<ArgumentException>(
            () => Generation.OfAsync(test.Engine, Of(Prompt(90), 11)));
        Assert.StartsWith("Request 0 may grow to 101 tokens; the KV pool holds 100.", error.Message);
        Assert.Equal(10, (await Generation.OfAsync(test.Engine, Of(Prompt(90), 10))).Tokens.Length);
    }
}
