using System.Runtime.InteropServices;
using Sgl.Cuda.Compilation;
using Sgl.Engine.Execution;

namespace Sgl.Cuda.Kernels;

/// <summary>Launches Elementwise.cu.</summary>
internal sealed class Elementwise(KernelLibrary library)
{
    private const int Threads = 256;
    private readonly KernelModule _module = library.Get("Elementwise");

    /// <summary>output[r] = table[rows[r]] * scale.</summary>
    /// <param name="rows">[output.Rows] int32 on the device.</param>
    /// <param name="drawn">Where -1, -2, ... in rows are looked up: see <see cref="Kernels.Sample.Drawn"/>.</param>
    public void Gather(Tensor table, nint rows, nint drawn, float scale, Tensor output)
    {
        bool wide = Widths.AllowEight(table, output);
        GatherArguments arguments = new()
        {
            Table = table.Address,
            Rows = rows,
            Drawn = drawn,
            Output = output.Address,
            TableStride = (ulong)table.Stride,
            OutputStride = (ulong)output.Stride,
            Columns = output.Columns,
            Scale = scale,
        };
        int threads = Widths.Threads(output.Columns, wide, Threads);
        _module.Get(wide ? "gather_8" : "gather_1").Launch((output.Rows, 1, 1), threads, arguments);
    }

    public void Add(Tensor x, Tensor y)
    {
        bool wide = Widths.AllowEight(x, y);
        AddArguments arguments = new()
        {
            X = x.Address,
            Y = y.Address,
            XStride = (ulong)x.Stride,
            YStride = (ulong)y.Stride,
            Columns = x.Columns,
        };
        LaunchOver(x, wide, "add", arguments);
    }

    public void SoftCap(Tensor x, float cap)
    {
        SoftCapArguments arguments = new()
        {
            X = x.Address,
            Stride = (ulong)x.Stride,
            Columns = x.Columns,
            Cap = cap,
        };
        LaunchOver(x, Widths.AllowEight(x), "soft_cap", arguments);
    }

    public void Gated(Tensor gateUp, Activation activation, Tensor output)
    {
        GatedArguments arguments = new()
        {
            GateUp = gateUp.Address,
            Output = output.Address,
            InputStride = (ulong)gateUp.Stride,
            OutputStride = (ulong)output.Stride,
            Columns = output.Columns,
            Activation = (int)activation,
        };
        // The second half of a gateUp row must lie on 16 bytes too: output's columns say whether it does.
        LaunchOver(output, Widths.AllowEight(gateUp, output), "gated", arguments);
    }

    private void LaunchOver<T>(Tensor shape, bool wide, string name, in T arguments) where T : unmanaged
    {
        int threads = Widths.Threads(shape.Columns, wide, Threads);
        int perBlock = threads * (wide ? 8 : 1);
        _module.Get(name + (wide ? "_8" : "_1"))
            .Launch((shape.Rows, (shape.Columns + perBlock - 1) / perBlock, 1), threads, arguments);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct GatherArguments
    {
        public nint Table, Rows, Drawn, Output;
        public ulong TableStride, OutputStride;
        public int Columns;
        public float Scale;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct AddArguments
    {
        public nint X, Y;
        public ulong XStride, YStride;
        public int Columns;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct SoftCapArguments
    {
        public nint X;
        public ulong Stride;
        public int Columns;
        public float Cap;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct GatedArguments
    {
        public nint GateUp, Output;
        public ulong InputStride, OutputStride;
        public int Columns, Activation;
    }
}
