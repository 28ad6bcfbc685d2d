using System.Runtime.CompilerServices;

namespace Sgl.Engine.Cpu.Simd;

/// <summary>
/// Sums of rows times weights, sum[d] += weights[j] * row_j[d] for j in order; one or two sums at a time, with the same
/// bits.
/// </summary>
/// <param name="first">Row of slot 0.</param>
/// <param name="slots">Slot of each row.</param>
/// <param name="stride">Elements from one slot's row to the next.</param>
/// <param name="columns">Elements of a row.</param>
internal readonly unsafe ref struct ValueRows<TSimd, TVector>(float* first, int* slots, nint stride, int columns)
    where TSimd : ISimd<TVector>
    where TVector : struct
{
    /// <summary>Rows from to to - 1; nothing when there are none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddOne(float* weights, float* sums, int from, int to)
    {
        if (from >= to)
            return;
        int d = 0;
        for (; d <= columns - 4 * TSimd.Count; d += 4 * TSimd.Count)
        {
            float* sum = sums + d;
            TVector a0 = TSimd.Load(sum);
            TVector a1 = TSimd.Load(sum + TSimd.Count);
            TVector a2 = TSimd.Load(sum + 2 * TSimd.Count);
            TVector a3 = TSimd.Load(sum + 3 * TSimd.Count);
            for (int j = from; j < to; j++)
            {
                float* row = first + slots[j] * stride + d;
                TVector w = TSimd.Create(weights[j]);
                a0 = TSimd.MultiplyAdd(w, TSimd.Load(row), a0);
                a1 = TSimd.MultiplyAdd(w, TSimd.Load(row + TSimd.Count), a1);
                a2 = TSimd.MultiplyAdd(w, TSimd.Load(row + 2 * TSimd.Count), a2);
                a3 = TSimd.MultiplyAdd(w, TSimd.Load(row + 3 * TSimd.Count), a3);
            }

            TSimd.Store(a0, sum);
            TSimd.Store(a1, sum + TSimd.Count);
            TSimd.Store(a2, sum + 2 * TSimd.Count);
            TSimd.Store(a3, sum + 3 * TSimd.Count);
        }

        AddRest(weights, sums, from, to, d);
    }

    /// <summary>Two weights and two sums; rows from to to - 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddTwo(float* weights0, float* weights1, float* sums0, float* sums1, int from, int to)
    {
        if (from >= to)
            return;
        int d = 0;
        for (; d <= columns - 4 * TSimd.Count; d += 4 * TSimd.Count)
        {
            float* sum0 = sums0 + d, sum1 = sums1 + d;
            TVector a0 = TSimd.Load(sum0), b0 = TSimd.Load(sum1);
            TVector a1 = TSimd.Load(sum0 + TSimd.Count), b1 = TSimd.Load(sum1 + TSimd.Count);
            TVector a2 = TSimd.Load(sum0 + 2 * TSimd.Count), b2 = TSimd.Load(sum1 + 2 * TSimd.Count);
            TVector a3 = TSimd.Load(sum0 + 3 * TSimd.Count), b3 = TSimd.Load(sum1 + 3 * TSimd.Count);
            for (int j = from; j < to; j++)
            {
                float* row = first + slots[j] * stride + d;
                TVector w0 = TSimd.Create(weights0[j]), w1 = TSimd.Create(weights1[j]);
                TVector v = TSimd.Load(row);
                a0 = TSimd.MultiplyAdd(w0, v, a0);
                b0 = TSimd.MultiplyAdd(w1, v, b0);
                v = TSimd.Load(row + TSimd.Count);
                a1 = TSimd.MultiplyAdd(w0, v, a1);
                b1 = TSimd.MultiplyAdd(w1, v, b1);
                v = TSimd.Load(row + 2 * TSimd.Count);
                a2 = TSimd.MultiplyAdd(w0, v, a2);
                b2 = TSimd.MultiplyAdd(w1, v, b2);
                v = TSimd.Load(row + 3 * TSimd.Count);
                a3 = TSimd.MultiplyAdd(w0, v, a3);
                b3 = TSimd.MultiplyAdd(w1, v, b3);
            }

            TSimd.Store(a0, sum0);
            TSimd.Store(a1, sum0 + TSimd.Count);
            TSimd.Store(a2, sum0 + 2 * TSimd.Count);
            TSimd.Store(a3, sum0 + 3 * TSimd.Count);
            TSimd.Store(b0, sum1);
            TSimd.Store(b1, sum1 + TSimd.Count);
            TSimd.Store(b2, sum1 + 2 * TSimd.Count);
            TSimd.Store(b3, sum1 + 3 * TSimd.Count);
        }

        AddRest(weights0, sums0, from, to, d);
        AddRest(weights1, sums1, from, to, d);
    }

    /// <summary>The columns from d on, a vector and then an element at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddRest(float* weights, float* sums, int from, int to, int d)
    {
        for (; d <= columns - TSimd.Count; d += TSimd.Count)
        {
            TVector sum = TSimd.Load(sums + d);
            for (int j = from; j < to; j++)
                sum = TSimd.MultiplyAdd(TSimd.Create(weights[j]), TSimd.Load(first + slots[j] * stride + d), sum);
            TSimd.Store(sum, sums + d);
        }

        if (d < columns)
            new ValueRows<Simd1, float>(first, slots, stride, columns).AddRest(weights, sums, from, to, d);
    }
}
