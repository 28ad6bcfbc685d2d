using System.Runtime.Intrinsics;
using Sgl.Engine.Cpu.Simd;
using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    // A row-wise operation's pieces have about so many elements: less is not worth waking another thread.
    private const int ElementsAPiece = 16 * 1024;

    /// <summary>The fast form of the operations, in the operations' own files.</summary>
    private abstract partial class Kernels : IDisposable
    {
        public static Kernels Create(SimdLevel level, WorkerPool pool) => level switch
        {
            SimdLevel.Vector512 => new Kernels<Simd512, Vector512<float>>(pool),
            SimdLevel.Vector256 => new Kernels<Simd256, Vector256<float>>(pool),
            _ => new Kernels<Simd128, Vector128<float>>(pool),
        };

        public abstract void Dispose();
    }

    private sealed partial class Kernels<TSimd, TVector>(WorkerPool pool) : Kernels
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        // What one operation needs while it runs; each resets it first.
        private readonly Arena _temporary = new(chunkBytes: 1 << 16);

        public override void Dispose() => _temporary.Dispose();

        /// <summary>The elements that fill whole vectors; <see cref="Simd1"/> does the rest.</summary>
        private static int Whole(int count) => count - count % TSimd.Count;

        private static float* Row(Tensor tensor, int row) => (float*)tensor.Address + (nint)row * tensor.Stride;

        /// <summary>A one-row parameter as floats; where it is none already, in temporary memory.</summary>
        private float* Floats(Weight weight)
        {
            Tensor row = weight.Parts[0];
            if (row.Type == DataType.Float32)
                return (float*)row.Address;
            float* floats = (float*)_temporary.Take((nuint)row.Columns * sizeof(float));
            ScaleRow((byte*)row.Address, row.Type, 1, floats, row.Columns);
            return floats;
        }
    }

    /// <summary>Rows in pieces of about the same number of elements.</summary>
    private readonly struct RowPieces(int rows, int columns)
    {
        private readonly int _each = Math.Max(1, ElementsAPiece / Math.Max(1, columns));

        public int Count => (rows + _each - 1) / _each;

        public int Start(int piece) => piece * _each;

        public int End(int piece) => Math.Min(rows, (piece + 1) * _each);
    }
}
