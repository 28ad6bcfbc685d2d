using System.Runtime.CompilerServices;
using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    public void LayerNorm(Tensor x, Weight weight, Weight? bias, float epsilon, Tensor output)
    {
        Check.Shape(x, x.Rows, x.Columns / weight.Columns * weight.Columns);
        Check.Shape(output, x.Rows, x.Columns);
        Check.Shape(weight, weight.Rows == 1 ? 1 : x.Columns / weight.Columns, weight.Columns);
        if (bias is not null)
            Check.Shape(bias, weight.Rows, weight.Columns);
        _kernels.LayerNorm(x, weight, bias, epsilon, output);
    }

    internal static void LayerNormReference(Tensor x, Weight weight, Weight? bias, float epsilon, Tensor output)
    {
        int n = weight.Columns;
        for (int r = 0; r < x.Rows; r++)
        {
            for (int run = 0; run < x.Columns / n; run++)
            {
                Span<float> from = x.Row(r).Slice(run * n, n), to = output.Row(r).Slice(run * n, n);
                double mean = 0, squares = 0;
                foreach (float e in from)
                    mean += (double)e / n;
                foreach (float e in from)
                    squares += (e - mean) * (e - mean);
                double factor = 1 / Math.Sqrt(squares / n + epsilon);
                int row = run % weight.Rows;
                for (int c = 0; c < n; c++)
                    to[c] = (float)((from[c] - mean) * factor * weight.Get(row, c) + (bias?.Get(row, c) ?? 0));
            }
        }
    }

    private abstract partial class Kernels
    {
        public abstract void LayerNorm(Tensor x, Weight weight, Weight? bias, float epsilon, Tensor output);
    }

    private sealed partial class Kernels<TSimd, TVector>
    {
        public override void LayerNorm(Tensor x, Weight weight, Weight? bias, float epsilon, Tensor output)
        {
            var pieces = new RowPieces(x.Rows, x.Columns);
            _temporary.Reset();
            float* factors = AllFloats(weight), shifts = bias is null ? null : AllFloats(bias);
            var work = new LayerNormWork(x, factors, shifts, weight.Rows, weight.Columns, epsilon, output, pieces);
            pool.Run(work, pieces.Count);
        }

        /// <summary>A small parameter as floats, row after row, in temporary memory.</summary>
        private float* AllFloats(Weight weight)
        {
            float* floats = (float*)_temporary.Take((nuint)weight.Rows * (nuint)weight.Columns * sizeof(float));
            for (int r = 0; r < weight.Rows; r++)
            {
                int row = r;
                Tensor part = weight.PartOfRow(ref row).SliceRows(row, 1);
                ScaleRow((byte*)part.Address, part.Type, 1, floats + (nint)r * weight.Columns, weight.Columns);
            }
            return floats;
        }

        // Compiled once, with all optimizations: an early version without fused multiply-adds would give other bits.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void LayerNormRun(
            float* x, float* weight, float* bias, float epsilon, float* output, int count)
        {
            TVector sums = default;
            int c = 0;
            for (; c < Whole(count); c += TSimd.Count)
                sums = TSimd.Add(sums, TSimd.Load(x + c));
            double sum = TSimd.Sum(sums);
            for (; c < count; c++)
                sum += x[c];
            float mean = (float)(sum / count);

            TVector means = TSimd.Create(mean), squared = default;
            for (c = 0; c < Whole(count); c += TSimd.Count)
            {
                TVector e = TSimd.Subtract(TSimd.Load(x + c), means);
                squared = TSimd.MultiplyAdd(e, e, squared);
            }
            double squares = TSimd.Sum(squared);
            for (; c < count; c++)
                squares += (double)(x[c] - mean) * (x[c] - mean);
            float factor = (float)(1 / Math.Sqrt(squares / count + epsilon));

            TVector factors = TSimd.Create(factor);
            for (c = 0; c < Whole(count); c += TSimd.Count)
            {
                TVector scaled = TSimd.Multiply(TSimd.Subtract(TSimd.Load(x + c), means), factors);
                TVector shift = bias == null ? default : TSimd.Load(bias + c);
                TSimd.Store(TSimd.MultiplyAdd(scaled, TSimd.Load(weight + c), shift), output + c);
            }
            for (; c < count; c++)
                output[c] = (x[c] - mean) * factor * weight[c] + (bias == null ? 0 : bias[c]);
        }

        private readonly struct LayerNormWork(
            Tensor x,
            float* weight,
            float* bias,
            int weightRows,
            int run,
            float epsilon,
            Tensor output,
            RowPieces pieces) : IWork
        {
            public void Run(int piece)
            {
                for (int r = pieces.Start(piece); r < pieces.End(piece); r++)
                {
                    for (int start = 0; start < x.Columns; start += run)
                    {
                        nint row = weightRows == 1 ? 0 : start;
                        LayerNormRun(
                            Row(x, r) + start,
                            weight + row,
                            bias == null ? null : bias + row,
                            epsilon,
                            Row(output, r) + start,
                            run);
                    }
                }
            }
        }
    }
}
