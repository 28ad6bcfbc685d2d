using System.Runtime.CompilerServices;
using Sgl.Engine.Cpu.Simd;
using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    public void SoftCap(Tensor x, float cap)
    {
        Check.Shape(x, x.Rows, x.Columns);
        _kernels.SoftCap(x, cap);
    }

    internal static void SoftCapReference(Tensor x, float cap)
    {
        for (int r = 0; r < x.Rows; r++)
        {
            foreach (ref float e in x.Row(r))
                e = (float)(cap * Math.Tanh(e / (double)cap));
        }
    }

    private abstract partial class Kernels
    {
        public abstract void SoftCap(Tensor x, float cap);
    }

    private sealed partial class Kernels<TSimd, TVector>
    {
        public override void SoftCap(Tensor x, float cap)
        {
            var pieces = new RowPieces(x.Rows, 8 * x.Columns);
            pool.Run(new SoftCapWork(x, cap, pieces), pieces.Count);
        }

        // Compiled once, with all optimizations: an early version without fused multiply-adds would give other bits.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        internal static void CapRow(float* x, float cap, int count)
        {
            int c = 0;
            for (; c < Whole(count); c += TSimd.Count)
            {
                TVector ratio = TSimd.Divide(TSimd.Load(x + c), TSimd.Create(cap));
                TSimd.Store(TSimd.Multiply(SimdMath<TSimd, TVector>.Tanh(ratio), TSimd.Create(cap)), x + c);
            }

            if (c < count)
                Kernels<Simd1, float>.CapRow(x + c, cap, count - c);
        }

        private readonly struct SoftCapWork(Tensor x, float cap, RowPieces pieces) : IWork
        {
            public void Run(int piece)
            {
                for (int r = pieces.Start(piece); r < pieces.End(piece); r++)
                    CapRow(Row(x, r), cap, x.Columns);
            }
        }
    }
}
