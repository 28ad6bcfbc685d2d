using System.Runtime.InteropServices;
using Sgl.Cuda.Compilation;
using Sgl.Engine.Execution;

namespace Sgl.Cuda.Kernels;

/// <summary>Launches RmsNorm.cu.</summary>
internal sealed class RmsNorm(KernelLibrary library)
{
    /// <summary>Runs up to this long take a warp each, longer ones a block.</summary>
    private const int WarpColumns = 512;

    private const int WarpsPerBlock = 8;
    private const int MostThreads = 1024;
    private readonly KernelModule _module = library.Get("RmsNorm");

    /// <param name="residual">Null for a plain norm; else x is added to it first, and it is what is normed.</param>
    public void Run(Tensor? residual, Tensor x, Tensor weight, float epsilon, float offset, Tensor output)
    {
        int columns = weight.Columns, runs = x.Columns / columns;
        RmsNormArguments arguments = new()
        {
            Residual = residual?.Address ?? 0,
            X = x.Address,
            Weight = weight.Address,
            Output = output.Address,
            ResidualStride = (ulong)(residual?.Stride ?? 0),
            XStride = (ulong)x.Stride,
            OutputStride = (ulong)output.Stride,
            Columns = columns,
            Runs = runs,
            Total = checked(x.Rows * runs),
            Epsilon = epsilon,
            Offset = offset,
        };
        bool wide = Widths.AllowEight(x, weight, output, residual ?? x);
        string width = wide ? "8" : "1";
        if (columns <= WarpColumns)
        {
            int blocks = (arguments.Total + WarpsPerBlock - 1) / WarpsPerBlock;
            _module.Get($"rms_norm_warp_{width}").Launch((blocks, 1, 1), 32 * WarpsPerBlock, arguments);
        }
        else
        {
            int threads = Widths.Threads(columns, wide, MostThreads);
            string kind = wide && columns <= 8 * threads ? "once" : "block";
            _module.Get($"rms_norm_{kind}_{width}").Launch((arguments.Total, 1, 1), threads, arguments);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct RmsNormArguments
    {
        public nint Residual, X, Weight, Output;
        public ulong ResidualStride, XStride, OutputStride;
        public int Columns, Runs, Total;
        public float Epsilon, Offset;
    }
}
