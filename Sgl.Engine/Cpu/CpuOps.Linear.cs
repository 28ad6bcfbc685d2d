using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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
        // So many rows of x this long stay in the first-level cache while all weights of the piece pass by.
        private const int TileRows = 4;
        private const int InnerBlock = 1024;

        // Up to so many rows, weights are read once as they lie; above, the second-level cache keeps the piece's.
        private const int FewRows = 16;
        private const int RowBlock = 64;
        private const int OutputBlock = 64;

        private const int LeastWork = 50_000;
        private const int PiecesAThread = 8;

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
            if (x.Rows == 0)
                return;
            _temporary.Reset();
            float* addend = bias is null ? null : Floats(bias);

            // About LeastWork multiplications are worth another thread, and PiecesAThread balance well.
            int rowBlocks = (x.Rows + RowBlock - 1) / RowBlock;
            long workAnOutput = (long)Math.Min(x.Rows, RowBlock) * weight.Columns;
            int least = (int)Math.Clamp(LeastWork / workAnOutput, 4, LeastWork);
            int fair = weight.Rows / (PiecesAThread * pool.Threads);
            if (x.Rows > FewRows)
                fair = Math.Min(fair, OutputBlock);
            int outputBlock = (Math.Max(least, fair) + 3) & ~3;

            var parts = (LinearPart*)_temporary.Take((nuint)weight.Parts.Count * (nuint)sizeof(LinearPart));
            int first = 0, blocks = 0;
            for (int i = 0; i < weight.Parts.Count; i++)
            {
                Tensor part = weight.Parts[i];
                parts[i] = new LinearPart(part, (nint)addend, output.SliceColumns(first, part.Rows), blocks);
                blocks += (part.Rows + outputBlock - 1) / outputBlock;
                first += part.Rows;
                addend = addend is null ? null : addend + part.Rows;
            }

            var work = new LinearWork<TElement>(x, parts, weight.Parts.Count, rowBlocks, outputBlock);
            pool.Run(work, rowBlocks * blocks, alone: workAnOutput * weight.Rows < LeastWork);
        }

        /// <param name="FirstBlock">Blocks of outputs in the parts before.</param>
        private readonly record struct LinearPart(Tensor Weight, nint Bias, Tensor Output, int FirstBlock);

        /// <summary>
        /// Pieces are a block of rows by a block of outputs. A sum over the inner dimension goes by blocks of
        /// <see cref="InnerBlock"/> from the first element on, whatever the piece.
        /// </summary>
        private readonly struct LinearWork<TElement>(
            Tensor x, LinearPart* parts, int partCount, int rowBlocks, int outputBlock) : IWork
            where TElement : IElement
        {
            // Loops are compiled with all optimizations at once: a server's first request should not be its slowest.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public void Run(int piece)
            {
                int block = piece / rowBlocks;
                LinearPart* part = parts;
                while (part < parts + partCount - 1 && block >= part[1].FirstBlock)
                    part++;
                int row = piece % rowBlocks * RowBlock;
                int rows = Math.Min(RowBlock, x.Rows - row);
                int first = (block - part->FirstBlock) * outputBlock;
                int end = Math.Min(first + outputBlock, part->Weight.Rows);
                if (rows <= FewRows)
                    FewRowsPiece(part, row, rows, first, end);
                else
                    ManyRowsPiece(part, row, rows, first, end);
            }

            /// <summary>
            /// Weights are read once, so all depends on how fast. Where rows are long, the outputs of a tile lie far
            /// apart and each of its rows of weights continues in the next tile: memory is read in four long streams,
            /// which the processor foresees. Short rows side by side are one stream already.
            /// </summary>
            private void FewRowsPiece(LinearPart* part, int row, int rows, int first, int end)
            {
                bool isLong = x.Columns >= InnerBlock;
                for (; rows == 1 && !isLong && first + 8 <= end; first += 8)
                    OneByEight(part, row, first);

                int quarter = (end - first) / 4;
                int apart = isLong ? quarter : 1;
                for (int i = 0; i < quarter; i++)
                {
                    for (int k = 0; k < x.Columns; k += InnerBlock)
                        Tile(part, row, rows, k, first + (isLong ? i : 4 * i), apart, 4);
                }

                first += 4 * quarter;
                for (int k = 0; first < end && k < x.Columns; k += InnerBlock)
                    Tile(part, row, rows, k, first, 1, end - first);
            }

            /// <summary>Weights are read again and again: a block that the second-level cache keeps.</summary>
            private void ManyRowsPiece(LinearPart* part, int row, int rows, int first, int end)
            {
                for (int k = 0; k < x.Columns; k += InnerBlock)
                {
                    for (int r = 0; r < rows; r += TileRows)
                    {
                        for (int o = first; o < end; o += 4)
                            Tile(part, row + r, Math.Min(TileRows, rows - r), k, o, 1, Math.Min(4, end - o));
                    }
                }
            }

            /// <summary>Outputs o to o + 7 of one row of at most one inner block.</summary>
            [SkipLocalsInit]
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private void OneByEight(LinearPart* part, int row, int o)
            {
                float* sums = stackalloc float[8];
                nint next = (nint)part->Weight.Stride * TElement.Size;
                byte* weight = (byte*)part->Weight.Address + o * next;
                DotTiles<TSimd, TVector, TElement>.OneByEight(Row(x, row), weight, next, x.Columns, sums);
                Add(part, row, 0, o, 1, 4, sums);
                Add(part, row, 0, o + 4, 1, 4, sums + 4);
            }

            /// <summary>
            /// Adds one inner block's share to outputs o, o + apart, … of up to <see cref="FewRows"/> rows.
            /// </summary>
            /// <param name="outputs">How many, up to four.</param>
            [SkipLocalsInit]
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private void Tile(LinearPart* part, int row, int rows, int k, int o, int apart, int outputs)
            {
                float* sums = stackalloc float[4 * FewRows];
                Tensor matrix = part->Weight;
                byte* weight = (byte*)matrix.Address + ((nint)o * matrix.Stride + k) * TElement.Size;
                nint next = (nint)apart * matrix.Stride * TElement.Size;

                // Past the last output the tile computes the last one again, and nobody looks.
                var four = new DotTiles<TSimd, TVector, TElement>.Rows(
                    weight,
                    weight + Math.Min(1, outputs - 1) * next,
                    weight + Math.Min(2, outputs - 1) * next,
                    weight + (outputs - 1) * next);
                int count = Math.Min(InnerBlock, x.Columns - k);
                DotTiles<TSimd, TVector, TElement>.Run(rows, Row(x, row) + k, x.Stride, four, count, sums, 4);
                for (int r = 0; r < rows; r++)
                    Add(part, row + r, k, o, apart, outputs, sums + 4 * r);
            }

            /// <summary>Adds one row's sums to what the inner blocks before gave, or to the bias.</summary>
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            private static void Add(LinearPart* part, int row, int k, int o, int apart, int outputs, float* sums)
            {
                float* output = Row(part->Output, row) + o;
                float* before = k > 0 ? output : part->Bias != 0 ? (float*)part->Bias + o : null;
                if (apart == 1 && outputs == 4)
                {
                    Vector128<float> sum = Vector128.Load(sums);
                    (before == null ? sum : sum + Vector128.Load(before)).Store(output);
                    return;
                }

                for (int i = 0; i < outputs; i++)
                    output[i * apart] = before == null ? sums[i] : sums[i] + before[i * apart];
            }
        }
    }
}
