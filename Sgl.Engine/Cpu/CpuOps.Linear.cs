using System.Runtime.CompilerServices;
using Sgl.Engine.Cpu.Simd;
using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    public void Linear(Tensor x, Weight weight, Weight? bias, Tensor output)
    {
        Check.Shape(x, output.Rows, weight.Columns);
        Check.Shape(output, x.Rows, weight.Rows);
        if (bias is not null)
            Check.Shape(bias, 1, weight.Rows);
        _kernels.Linear(x, weight, bias, output);
    }

    internal static void LinearReference(Tensor x, Weight weight, Weight? bias, Tensor output)
    {
        for (int o = 0; o < weight.Rows; o++)
        {
            int row = o;
            Tensor part = weight.PartOfRow(ref row);
            for (int r = 0; r < x.Rows; r++)
            {
                double sum = bias?.Get(0, o) ?? 0;
                for (int c = 0; c < weight.Columns; c++)
                    sum += (double)x.Get(r, c) * part.Get(row, c);
                output.Row(r)[o] = (float)sum;
            }
        }
    }

    private abstract partial class Kernels
    {
        public abstract void Linear(Tensor x, Weight weight, Weight? bias, Tensor output);
    }

    private sealed partial class Kernels<TSimd, TVector>
    {
        public override void Linear(Tensor x, Weight weight, Weight? bias, Tensor output)
        {
            switch (weight.Type)
            {
                case DataType.BFloat16:
                    Linear<BFloat16Element>(x, weight, bias, output);
                    break;
                case DataType.Float16:
                    Linear<Float16Element>(x, weight, bias, output);
                    break;
                default:
                    Linear<Float32Element>(x, weight, bias, output);
                    break;
            }
        }

        private void Linear<TElement>(Tensor x, Weight weight, Weight? bias, Tensor output)
            where TElement : IElement
        {
            float* addend = bias is null ? null : Floats(bias, offset: 0);
            int first = 0;
            foreach (Tensor part in weight.Parts)
            {
                var work = new LinearWork<TElement>(
                    x, part, addend, output.SliceColumns(first, part.Rows), pool.Threads);
                pool.Run(work, work.Pieces);
                first += part.Rows;
                addend = addend is null ? null : addend + part.Rows;
            }
        }

        /// <summary>
        /// Pieces are a block of rows by a block of outputs. A sum over the inner dimension goes by blocks of
        /// <see cref="InnerBlock"/> from the first element on, whatever the piece.
        /// </summary>
        private readonly struct LinearWork<TElement> : IWork
            where TElement : IElement
        {
            // Four rows of x this long stay in the first-level cache while all weights of the piece pass by.
            private const int InnerBlock = 1024;

            // Up to so many rows, weights are read once as they lie; above, the second-level cache keeps the piece's.
            private const int FewRows = 16;
            private const int RowBlock = 64;

            // About so many multiplications are worth another thread, and so many pieces a thread balance well.
            private const int LeastWork = 50_000;
            private const int PiecesAThread = 8;

            private readonly Tensor _x;
            private readonly Tensor _weight;
            private readonly float* _bias;
            private readonly Tensor _output;
            private readonly int _rowBlocks;
            private readonly int _outputBlock;

            public LinearWork(Tensor x, Tensor weight, float* bias, Tensor output, int threads)
            {
                _x = x;
                _weight = weight;
                _bias = bias;
                _output = output;
                _rowBlocks = (x.Rows + RowBlock - 1) / RowBlock;
                long workAnOutput = Math.Max(1, (long)Math.Min(x.Rows, RowBlock) * weight.Columns);
                int least = (int)Math.Clamp(LeastWork / workAnOutput, 4, LeastWork);
                int fair = Math.Min(64, weight.Rows / (PiecesAThread * threads));
                _outputBlock = (Math.Max(least, fair) + 3) & ~3;
                Pieces = _rowBlocks * ((weight.Rows + _outputBlock - 1) / _outputBlock);
            }

            public int Pieces { get; }

            public void Run(int piece)
            {
                int row = piece % _rowBlocks * RowBlock;
                int first = piece / _rowBlocks * _outputBlock;
                int rows = Math.Min(RowBlock, _x.Rows - row);
                int end = Math.Min(first + _outputBlock, _weight.Rows);
                if (rows <= FewRows)
                {
                    for (int o = first; o < end; o += 4)
                    {
                        for (int k = 0; k < _x.Columns; k += InnerBlock)
                            Tile(row, rows, k, o);
                    }
                }
                else
                {
                    for (int k = 0; k < _x.Columns; k += InnerBlock)
                    {
                        for (int r = 0; r < rows; r += 4)
                        {
                            for (int o = first; o < end; o += 4)
                                Tile(row + r, Math.Min(4, rows - r), k, o);
                        }
                    }
                }
            }

            /// <summary>Adds one inner block's share to four outputs of up to <see cref="FewRows"/> rows.</summary>
            [SkipLocalsInit]
            private void Tile(int row, int rows, int k, int o)
            {
                float* sums = stackalloc float[4 * FewRows];
                byte* weight = (byte*)_weight.Address + ((nint)o * _weight.Stride + k) * TElement.Size;
                nint next = (nint)_weight.Stride * TElement.Size;

                // Past the last output the tile computes the last one again, and nobody looks.
                int outputs = Math.Min(4, _weight.Rows - o);
                var four = new DotTiles<TSimd, TVector, TElement>.Rows(
                    weight,
                    weight + Math.Min(1, outputs - 1) * next,
                    weight + Math.Min(2, outputs - 1) * next,
                    weight + (outputs - 1) * next);
                int count = Math.Min(InnerBlock, _x.Columns - k);
                DotTiles<TSimd, TVector, TElement>.Run(rows, Row(_x, row) + k, _x.Stride, four, count, sums, 4);

                float* bias = k == 0 && _bias != null ? _bias + o : null;
                for (int r = 0; r < rows; r++, sums += 4)
                {
                    float* output = Row(_output, row + r) + o;
                    for (int i = 0; i < outputs; i++)
                        output[i] = sums[i] + (k > 0 ? output[i] : bias != null ? bias[i] : 0);
                }
            }
        }
    }
}
