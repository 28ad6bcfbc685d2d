using System.Runtime.CompilerServices;
using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    public void Add(Tensor x, Tensor y)
    {
        Check.Shape(x, y.Rows, y.Columns);
        Check.Shape(y, x.Rows, x.Columns);
        _kernels.Add(x, y);
    }

    internal static void AddReference(Tensor x, Tensor y)
    {
        for (int r = 0; r < x.Rows; r++)
        {
            for (int c = 0; c < x.Columns; c++)
                x.Row(r)[c] += y.Row(r)[c];
        }
    }

    private abstract partial class Kernels
    {
        public abstract void Add(Tensor x, Tensor y);
    }

    private sealed partial class Kernels<TSimd, TVector>
    {
        public override void Add(Tensor x, Tensor y)
        {
            var pieces = new RowPieces(x.Rows, x.Columns);
            pool.Run(new AddWork(x, y, pieces), pieces.Count);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void AddRow(float* x, float* y, int count)
        {
            int c = 0;
            for (; c < Whole(count); c += TSimd.Count)
                TSimd.Store(TSimd.Add(TSimd.Load(x + c), TSimd.Load(y + c)), x + c);
            for (; c < count; c++)
                x[c] += y[c];
        }

        private readonly struct AddWork(Tensor x, Tensor y, RowPieces pieces) : IWork
        {
            public void Run(int piece)
            {
                for (int r = pieces.Start(piece); r < pieces.End(piece); r++)
                    AddRow(Row(x, r), Row(y, r), x.Columns);
            }
        }
    }
}
