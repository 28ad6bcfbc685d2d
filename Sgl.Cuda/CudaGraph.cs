using Sgl.Cuda.Interop;

namespace Sgl.Cuda;

/// <summary>A recorded run of kernels, launched again as one.</summary>
internal sealed class CudaGraph : IDisposable
{
    private readonly CudaContext _context;
    private readonly nint _executable;

    private CudaGraph(CudaContext context, nint executable)
    {
        _context = context;
        _executable = executable;
    }

    /// <summary>
    /// Records what <paramref name="enqueue"/> would run. It must have run once before, so that nothing is allocated,
    /// compiled or measured now.
    /// </summary>
    public static CudaGraph Record(CudaContext context, Action enqueue)
    {
        Driver.Check(Driver.StreamBeginCapture(context.Stream, Driver.CaptureThreadLocal));
        nint graph;
        try
        {
            enqueue();
        }
        finally
        {
            Driver.Check(Driver.StreamEndCapture(context.Stream, out graph));
        }
        Driver.Check(Driver.GraphInstantiate(out nint executable, graph, 0));
        Driver.Check(Driver.GraphDestroy(graph));
        return new CudaGraph(context, executable);
    }

    public void Launch() => Driver.Check(Driver.GraphLaunch(_executable, _context.Stream));

    public void Dispose() => Driver.Check(Driver.GraphExecutableDestroy(_executable));
}
