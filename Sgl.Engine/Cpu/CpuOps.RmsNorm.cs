using System.Runtime.CompilerServices;
using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    public void RmsNorm(Tensor x, Weight weight, float epsilon, float offset, Tensor output)
    {
        CheckRuns(x, weight, nameof(x));
        Check.Shape(output, x.Rows, x.Columns);
        _kernels.RmsNorm(null, x, weight, epsilon, offset, output);
    }

    public void AddRmsNorm(Tensor residual, Tensor x, Weight weight, float epsilon, float offset, Tensor output)
    {
        Check.Shape(residual, x.Rows, weight.Columns);
        Check.Shape(x, residual.Rows, weight.Columns);
        Check.Shape(output, residual.Rows, weight.Columns);
        CheckRuns(residual, weight, nameof(residual));
        _kernels.RmsNorm(x, residual, weight, epsilon, offset, output);
    }

    internal static void RmsNormReference(Tensor x, Weight weight, float epsilon, float offset, Tensor output)
    {
        int n = weight.Columns;
        for (int r = 0; r < x.Rows; r++)
        {
            for (int start = 0; start < x.Columns; start += n)
            {
                double squares = 0;
                foreach (float e in x.Row(r).Slice(start, n))
                    squares += (double)e * e;
                double factor = 1 / Math.Sqrt(squares / n + epsilon);
                for (int c = 0; c < n; c++)
                    output.Row(r)[start + c] = (float)(x.Row(r)[start + c] * factor * (weight.Get(0, c) + offset));
            }
        }
    }

    private static void CheckRuns(Tensor x, Weight weight, string name)
    {
        if (x.Columns % weight.Columns != 0 || weight.Rows != 1)
        {
            throw new ArgumentException(
                $"{name} has {x.Columns} columns, no multiple of the weight's: [{weight.Rows}, {weight.Columns}].",
                name);
        }

        Check.Shape(x, x.Rows, x.Columns);
    }

    private abstract partial class Kernels
    {
        /// <summary>Norm of x, to which something may be added first, in place.</summary>
        public abstract void RmsNorm(
            Tensor? added, Tensor x, Weight weight, float epsilon, float offset, Tensor output);
    }

    private sealed partial class Kernels<TSimd, TVector>
    {
        public override void RmsNorm(
            Tensor? added, Tensor x, Weight weight, float epsilon, float offset, Tensor output)
        {
            var pieces = new RowPieces(x.Rows, x.Columns);
            _temporary.Reset();
            float* factors = Floats(weight);
            pool.Run(new RmsNormWork(added, x, factors, weight.Columns, epsilon, offset, output, pieces), pieces.Count);
        }

        // Compiled once, with all optimizations: an early version without fused multiply-adds would give other bits.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void NormRun(
            float* x, float* weight, float epsilon, float offset, float* output, int count)
        {
            // Two sums side by side, as an addition takes longer than a load.
            TVector even = default, odd = default;
            int c = 0;
            for (; c <= count - 2 * TSimd.Count; c += 2 * TSimd.Count)
            {
                TVector first = TSimd.Load(x + c);
                TVector second = TSimd.Load(x + c + TSimd.Count);
                even = TSimd.MultiplyAdd(first, first, even);
                odd = TSimd.MultiplyAdd(second, second, odd);
            }

            double squares = TSimd.Sum(TSimd.Add(even, odd));
            for (; c < count; c++)
                squares += (double)x[c] * x[c];
            float factor = (float)(1 / Math.Sqrt(squares / count + epsilon));

            for (c = 0; c < Whole(count); c += TSimd.Count)
            {
                TVector scaled = TSimd.Multiply(TSimd.Load(x + c), TSimd.Create(factor));
                TVector weights = TSimd.Add(TSimd.Load(weight + c), TSimd.Create(offset));
                TSimd.Store(TSimd.Multiply(scaled, weights), output + c);
            }

            for (; c < count; c++)
                output[c] = x[c] * factor * (weight[c] + offset);
        }

        private readonly struct RmsNormWork(
            Tensor? added,
            Tensor x,
            float* weight,
            int run,
            float epsilon,
            float offset,
            Tensor output,
            RowPieces pieces) : IWork
        {
            public void Run(int piece)
            {
                for (int r = pieces.Start(piece); r < pieces.End(piece); r++)
                {
                    if (added is { } y)
                        AddRow(Row(x, r), Row(y, r), x.Columns);
                    for (int start = 0; start < x.Columns; start += run)
                        NormRun(Row(x, r) + start, weight, epsilon, offset, Row(output, r) + start, run);
                }
            }
        }
    }
}
