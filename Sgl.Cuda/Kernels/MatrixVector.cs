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
    private const int OutputsPerBlock = 2 * Threads / 32;
    private readonly KernelModule _module = library.Get("MatrixVector");

    public static bool Handles(Tensor x, Tensor weight) => x.Rows <= MostRows && Widths.AllowEight(x, weight);

    /// <param name="bias">Address of [1, outputs]; 0 for none.</param>
    public void Run(Tensor x, Tensor weight, nint bias, Tensor output)
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
        };
        string name = x.Rows switch { 1 => "matrix_vector_1", 2 => "matrix_vector_2", _ => "matrix_vector_4" };
        int blocks = (output.Columns + OutputsPerBlock - 1) / OutputsPerBlock;
        _module.Get(name).Launch((blocks, 1, 1), Threads, arguments);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MatrixVectorArguments
    {
        public nint X, Weight, Bias, Output;
        public ulong XStride, WeightStride, OutputStride;
        public int Rows, Columns, Outputs;
    }
}
