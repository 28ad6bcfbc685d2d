using System.Runtime.InteropServices;
using Sgl.Cuda.Compilation;
using Sgl.Engine.Execution;

namespace Sgl.Cuda.Kernels;

/// <summary>Launches LayerNorm.cu, which is compiled when a model first needs it.</summary>
internal sealed class LayerNorm(KernelLibrary library)
{
    private const int MostThreads = 1024;

    public void Run(Tensor x, Tensor weight, Tensor? bias, float epsilon, Tensor output)
    {
        int columns = weight.Columns, runs = x.Columns / columns;
        LayerNormArguments arguments = new()
        {
            X = x.Address,
            Weight = weight.Address,
            Bias = bias?.Address ?? 0,
            Output = output.Address,
            XStride = (ulong)x.Stride,
            OutputStride = (ulong)output.Stride,
            Columns = columns,
            Runs = runs,
            WeightRows = weight.Rows,
            Epsilon = epsilon,
        };
        bool wide = Widths.AllowEight(x, weight, bias ?? weight, output);
        library.Get("LayerNorm").Get(wide ? "layer_norm_8" : "layer_norm_1")
            .Launch((checked(x.Rows * runs), 1, 1), Widths.Threads(columns, wide, MostThreads), arguments);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct LayerNormArguments
    {
        public nint X, Weight, Bias, Output;
        public ulong XStride, OutputStride;
        public int Columns, Runs, WeightRows;
        public float Epsilon;
    }
}
