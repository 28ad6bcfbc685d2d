using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;
using Sgl.Engine.Requests;

namespace Sgl.Engine.Tests.Engine;

/// <summary>An engine on a fake model. At its end it must be idle, and no slot of its pool may be missing.</summary>
internal sealed class TestEngine : IAsyncDisposable
{
    /// <param name="ops">Null is the CPU's.</param>
    public TestEngine(EngineOptions options, FakeModel? model = null, IOps? ops = null)
    {
        Model = model ?? new FakeModel();
        Engine = new InferenceEngine(options, Model, ops ?? new CpuOps(threads: 1), line =>
        {
            lock (Log)
                Log.Add(line);
        });
    }

    public FakeModel Model { get; }

    public InferenceEngine Engine { get; }

    public List<string> Log { get; } = [];

    /// <summary>Empties the cache and sees that every slot is free then.</summary>
    public async Task AssertNothingLeakedAsync()
    {
        Assert.True(await Engine.FlushCacheAsync());
        EngineStatus status = await Engine.GetStatusAsync();
        while (status.FreeTokens != status.TotalTokens)
        {
            await Task.Delay(1);
            status = await Engine.GetStatusAsync();
        }
        Assert.Null(Engine.Loop.InvariantViolation);
    }

    public async ValueTask DisposeAsync()
    {
        await AssertNothingLeakedAsync();
        await Engine.DisposeAsync();
    }
}
