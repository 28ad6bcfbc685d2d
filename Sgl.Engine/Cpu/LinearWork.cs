using System.Runtime.CompilerServices;
using Sgl.Engine.Cpu.Simd;
using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

/// <summary>
/// output = x · weightᵀ, in pieces of a block of rows by a block of outputs. A sum over the inner dimension goes by
/// blocks of
/// <see cref="InnerBlock"/> from the first element on, whatever the piece.
/// </summary>
internal readonly unsafe struct LinearWork<TSimd, TVector, TElement> : IWork
    where TSimd : ISimd<TVector>
    where TVector : struct
    where TElement : IElement
{
    // Four rows of x this long stay in the first-level cache while all weights of the piece pass by.
    private const int InnerBlock = 1024;

    // Up to so many rows the weights are read once, as they lie; above, the piece's weights are kept in the
    // second-level cache.
    private const int FewRows = 16;
    private const int RowBlock = 64;

    private readonly Tensor _x;
    private readonly Tensor _weight;
    private readonly Tensor _output;
    private readonly int _rowBlocks;
    private readonly int _outputBlock;

    public LinearWork(Tensor x, Tensor weight, Tensor output, int threads)
    {
        (_x, _weight, _output) = (x, weight, output);
        _rowBlocks = Math.Max(1, (x.Rows + RowBlock - 1) / RowBlock);

        // Eight pieces a thread balance well, but none should be so small that taking it costs more than doing it.
        long operations = (long)Math.Min(x.Rows, RowBlock) * weight.Columns;
        int least = (int)Math.Clamp(50_000 / Math.Max(operations, 1), 4, 1 << 20);
        int fair = Math.Min(64, weight.Rows / (8 * threads));
        _outputBlock = (Math.Max(least, fair) + 3) & ~3;
        Pieces = _rowBlocks * ((weight.Rows + _outputBlock - 1) / _outputBlock);
    }

    public int Pieces { get; }

    public void Run(int piece)
    {
        int row = piece % _rowBlocks * RowBlock;
        int first = piece / _rowBlocks * _outputBlock;
        Tensor x = _x.SliceRows(row, Math.Min(RowBlock, _x.Rows - row));
        int end = Math.Min(first + _outputBlock, _weight.Rows);
        if (x.Rows <= FewRows)
        {
            for (int o = first; o < end; o += 4)
            {
                for (int k = 0; k < x.Columns; k += InnerBlock)
                    Tile(x, row, k, o);
            }
        }
        else
        {
            for (int k = 0; k < x.Columns; k += InnerBlock)
            {
                for (int r = 0; r < x.Rows; r += 4)
                {
                    for (int o = first; o < end; o += 4)
                        Tile(x.SliceRows(r, Math.Min(4, x.Rows - r)), row + r, k, o);
                }
            }
        }
    }

    /// <summary>Adds one inner block's share to four outputs of some rows.</summary>
    [SkipLocalsInit]
    private void Tile(Tensor x, int row, int k, int o)
    {
        const int most = FewRows;
        float* sums = stackalloc float[4 * most];
        byte* weight = (byte*)_weight.Address + ((nint)o * _weight.Stride + k) * TElement.Size;
        nint next = (nint)_weight.Stride * TElement.Size;

        // Past the last output the tile computes the last one again, and nobody looks.
        int outputs = Math.Min(4, _weight.Rows - o);
        var rows = new DotTiles<TSimd, TVector, TElement>.Rows(
            weight, weight + Math.Min(1, outputs - 1) * next, weight + Math.Min(2, outputs - 1) * next,
            weight + (outputs - 1) * next);
        DotTiles<TSimd, TVector, TElement>.Run(
            x.Rows, (float*)x.Address + k, x.Stride, rows, Math.Min(InnerBlock, x.Columns - k), sums, 4);

        float* output = (float*)_output.Address + (nint)row * _output.Stride + o;
        for (int r = 0; r < x.Rows; r++, output += _output.Stride, sums += 4)
        {
            for (int i = 0; i < outputs; i++)
                output[i] = k == 0 ? sums[i] : output[i] + sums[i];
        }
    }
}
