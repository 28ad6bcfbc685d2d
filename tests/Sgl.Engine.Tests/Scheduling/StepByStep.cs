using Sgl.Engine.Cache;
using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;
using Sgl.Engine.Requests;
using Sgl.Engine.Scheduling;
using Sgl.Engine.Tests.Engine;

namespace Sgl.Engine.Tests.Scheduling;

/// <summary>The engine's parts without its thread: a test decides when a step runs, and sees what it holds.</summary>
internal sealed class StepByStep : IDisposable
{
    private readonly CpuOps _ops = new(threads: 1);
    private readonly ModelRunner _runner;

    public StepByStep(EngineOptions options, FakeModel? model = null)
    {
        Model = model ?? new FakeModel();
        EngineLimits limits = EngineLimits.Resolve(options, Model, _ops);
        Places = new SemaphoreSlim(0);
        Cache = new PrefixCache(limits.PoolTokens, !options.DisableRadixCache);
        Scheduler = new Scheduler(options, limits, Model.Config, Cache, Places, Log.Add);
        _runner = new ModelRunner(Model, _ops, limits.PoolTokens);
    }

    public FakeModel Model { get; }

    public PrefixCache Cache { get; }

    public Scheduler Scheduler { get; }

    /// <summary>Counts the places in the queue that were given back.</summary>
    public SemaphoreSlim Places { get; }

    public List<string> Log { get; } = [];

    public Sequence Add(GenerateRequest request)
    {
        Sequence sequence = new(request, Model.KeySharing.SpaceOf(request.Prompt.Length));
        Scheduler.Add(sequence);
        return sequence;
    }

    public Batch Step()
    {
        Batch batch = Scheduler.NextBatch();
        Assert.NotEmpty(batch.Entries);
        LaunchedStep step = _runner.Launch(batch);
        Scheduler.Advance(batch);
        Scheduler.Settle(batch, step.Collect());
        return batch;
    }

    /// <summary>Steps until nothing runs or waits, and checks that nothing is held then.</summary>
    public void RunToEnd()
    {
        while (!Scheduler.IsIdle)
            Step();
        AssertNothingHeld();
    }

    public void AssertNothingHeld()
    {
        Assert.True(Scheduler.IsIdle);
        Assert.Equal(0, Cache.HeldTokens);
    }

    /// <summary>What a sequence's consumer has been sent.</summary>
    public static List<TokenChunk> Chunks(Sequence sequence)
    {
        List<TokenChunk> chunks = [];
        while (sequence.Chunks.TryRead(out TokenChunk? chunk))
            chunks.Add(chunk);
        return chunks;
    }

    public static int[] Tokens(Sequence sequence) => [.. Chunks(sequence).SelectMany(chunk => chunk.Tokens.ToArray())];

    public void Dispose()
    {
        _ops.Dispose();
        Places.Dispose();
    }
}
