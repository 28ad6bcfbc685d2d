namespace Sgl.Engine.Tests.Engine;

/// <summary>Stops the engine's thread in the middle of a step, so that a test can act meanwhile.</summary>
internal sealed class StepGate
{
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _open = new(false);

    /// <param name="step">The first step that is stopped, counted from 1.</param>
    public StepGate(FakeModel model, int step = 1) => model.BeforeForward = _ =>
    {
        if (--step > 0)
            return;
        _entered.TrySetResult();
        _open.Wait(TimeSpan.FromSeconds(60));
    };

    /// <summary>Completes when a step stands before the gate.</summary>
    public Task Entered => _entered.Task;

    public void Open() => _open.Set();
}
