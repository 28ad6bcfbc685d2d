using System.Runtime.CompilerServices;

namespace Sgl.Engine.Cpu.Simd;

/// <summary>Rows of floats that lie scattered: row j is at slot slots[j].</summary>
/// <param name="first">Row of slot 0.</param>
/// <param name="stride">Elements from one slot's row to the next.</param>
internal readonly unsafe struct SlotRows(float* first, int* slots, nint stride)
{
    public float* this[int j] => first + slots[j] * stride;

    /// <summary>
    /// The same rows one after the other in a buffer. Rows a power of two apart share a few lines of the first-level
    /// cache.
    /// </summary>
    /// <param name="numbers">0 to count - 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public SlotRows Pack<TSimd, TVector>(float* buffer, int* numbers, int count, int columns)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        for (int j = 0; j < count; j++)
        {
            float* row = this[j], copy = buffer + j * columns;
            int c = 0;
            for (; c <= columns - TSimd.Count; c += TSimd.Count)
                TSimd.Store(TSimd.Load(row + c), copy + c);
            for (; c < columns; c++)
                copy[c] = row[c];
        }

        return new SlotRows(buffer, numbers, columns);
    }
}
