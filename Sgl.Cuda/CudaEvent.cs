using Sgl.Cuda.Interop;

namespace Sgl.Cuda;

/// <summary>A mark in the stream: to wait for, or to take times between.</summary>
internal sealed class CudaEvent : IDisposable
{
    private readonly CudaContext _context;
    private readonly nint _event;

    public CudaEvent(CudaContext context)
    {
        _context = context;
        context.MakeCurrent();
        Driver.Check(Driver.EventCreate(out _event, Driver.EventDefault));
    }

    public void Record() => Driver.Check(Driver.EventRecord(_event, _context.Stream));

    /// <summary>Blocks until the stream has reached the mark; returns at once when it was never set.</summary>
    public void Synchronize() => Driver.Check(Driver.EventSynchronize(_event));

    public float MillisecondsSince(CudaEvent start)
    {
        Driver.Check(Driver.EventElapsedTime(out float milliseconds, start._event, _event));
        return milliseconds;
    }

    public void Dispose() => Driver.Check(Driver.EventDestroy(_event));
}
