using Sgl.Engine.Execution;

namespace Sgl.Cuda.Kernels;

/// <summary>Whether kernels may touch a matrix 16 bytes at a time, and how many threads a row of it takes.</summary>
internal static class Widths
{
    /// <summary>Every row of every matrix begins on 16 bytes and ends there.</summary>
    public static bool AllowEight(params ReadOnlySpan<Tensor> tensors)
    {
        foreach (Tensor tensor in tensors)
        {
            if (tensor.Address % 16 != 0 || tensor.Stride % 8 != 0 || tensor.Columns % 8 != 0)
                return false;
        }
        return true;
    }

    /// <summary>Whole warps, no more than the columns need.</summary>
    public static int Threads(int columns, bool wide, int most)
    {
        int needed = wide ? columns / 8 : columns;
        return Math.Clamp((needed + 31) / 32 * 32, 32, most);
    }
}
