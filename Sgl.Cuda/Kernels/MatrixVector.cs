using System.Runtime.InteropServices;
using Sgl.Cuda.Compilation;
using Sgl.Engine.Execution;

namespace Sgl.Cuda.Kernels;

/// <summary>
/// Launches MatrixVector.cu: products with few rows, where reading the weights is all that takes time.
/// </summary>
internal sealed class MatrixVector(KernelLibrary library)
{
    public const int MostRows = 4;
    private const int Threads = 128;

    /// <summary>Of weight: two a warp.</summary>
    private const int RowsPerBlock = 2 * Threads / 32;

    private readonly KernelModule _module = library.Get("MatrixVector");

    public static bool Handles(Tensor x, Tensor weight) => x.Rows <= MostRows && Widths.AllowEight(x, weight);

    /// <param name="bias">Address of [1, rows of weight]; 0 for none.</param>
    /// <param name="gated">
    /// Null for the product itself; else output is activation(gate) * up, the gates being the product's first half.
    /// </param>
    public void Run(Tensor x, Tensor weight, nint bias, Activation? gated, Tensor output)
    {
        MatrixVectorArguments arguments = new()
        {
            X = x.Address,
            Weight = weight.Address,
            Bias = bias,
            Output = output.Address,
            XStride = (ulong)x.Stride,
            WeightStride = (ulong)weight.Stride,
            OutputStride = (ulong)output.Stride,
            Rows = x.Rows,
            Columns = x.Columns,
            Outputs = output.Columns,
            Activation = (int)gated.GetValueOrDefault(),
        };
        string name = x.Rows switch { 1 => "1", 2 => "2", _ => "4" };
        int blocks = (weight.Rows + RowsPerBlock - 1) / RowsPerBlock;
        _module.Get($"matrix_vector_{(gated is null ? "" : "gated_")}{name}")
            .Launch((blocks, 1, 1), Threads, arguments);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MatrixVectorArguments
    {
        public nint X, Weight, Bias, Output;
        public ulong XStride, WeightStride, OutputStride;
        public int Rows, Columns, Outputs, Activation;
    }
}
