using System.Runtime.InteropServices;
using Sgl.Cuda.Compilation;
using Sgl.Engine.Execution;

namespace Sgl.Cuda;

/// <summary>What the device can do at best, measured in the same run as what it does.</summary>
/// <param name="ReadBytesPerSecond">A large buffer read once.</param>
/// <param name="FlopPerSecond">A bf16 product of 8192³ on random numbers.</param>
internal sealed record Ceilings(double ReadBytesPerSecond, double FlopPerSecond)
{
    private const int Size = 8192;
    private const int Repeats = 7;

    public static Ceilings Measure(CudaOps ops, Tensor large)
    {
        string architecture = ops.Context.Device.Architecture;
        KernelSource source = new("ReadBandwidth", KernelLibrary.BaseOptions(architecture, DataType.BFloat16));
        using KernelModule module = new(ops.Context, KernelCompiler.Compile(source));
        long bytes = (long)large.Rows * large.Columns * large.ElementSize;
        ReadArguments arguments = new()
        {
            Data = large.Address,
            Result = ops.Allocate(DataType.Float32, 1, 1).Address,
            Count = (ulong)bytes / 16,
        };
        double read = Stopwatch.Median(ops.Context, Repeats, () =>
            module.Get("read_all").Launch((ops.Context.Device.Multiprocessors * 4, 1, 1), 512, arguments));

        Tensor x = large.SliceRows(0, 1) with { Rows = Size, Columns = Size, Stride = Size };
        Weight weight = new([x with { Address = x.Address + (nint)Size * Size * 2 }]);
        Tensor output = ops.Allocate(ops.ActivationType, Size, Size);
        double product = Stopwatch.Median(ops.Context, Repeats, () => ops.Linear(x, weight, null, output));
        return new Ceilings(bytes / read, 2.0 * Size * Size * Size / product);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ReadArguments
    {
        public nint Data, Result;
        public ulong Count;
    }
}
