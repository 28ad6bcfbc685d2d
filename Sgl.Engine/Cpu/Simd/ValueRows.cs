using System.Runtime.CompilerServices;

namespace Sgl.Engine.Cpu.Simd;

/// <summary>
/// Sums of rows times weights, sum[d] += weights[j] * row_j[d] for j in order; one, two or four sums at a
/// time, with the same bits.
/// </summary>
/// <param name="columns">Elements of a row.</param>
internal readonly unsafe ref struct ValueRows<TSimd, TVector>(SlotRows rows, int columns)
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
                float* row = rows[j] + d;
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

    /// <summary>Two sums, each with weights of its own; rows from to to - 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddTwo(float* weights, nint weightsStride, float* sums, nint sumsStride, int from, int to)
    {
        if (from >= to)
            return;
        int d = 0;
        for (; d <= columns - 4 * TSimd.Count; d += 4 * TSimd.Count)
        {
            float* sa = sums + d;
            float* sb = sa + sumsStride;
            TVector a0 = TSimd.Load(sa), b0 = TSimd.Load(sb);
            TVector a1 = TSimd.Load(sa + TSimd.Count), b1 = TSimd.Load(sb + TSimd.Count);
            TVector a2 = TSimd.Load(sa + 2 * TSimd.Count), b2 = TSimd.Load(sb + 2 * TSimd.Count);
            TVector a3 = TSimd.Load(sa + 3 * TSimd.Count), b3 = TSimd.Load(sb + 3 * TSimd.Count);
            for (int j = from; j < to; j++)
            {
                float* row = rows[j] + d, weight = weights + j;
                TVector wa = TSimd.Create(*weight);
                TVector wb = TSimd.Create(*(weight + weightsStride));
                TVector v = TSimd.Load(row);
                a0 = TSimd.MultiplyAdd(wa, v, a0);
                b0 = TSimd.MultiplyAdd(wb, v, b0);
                v = TSimd.Load(row + TSimd.Count);
                a1 = TSimd.MultiplyAdd(wa, v, a1);
                b1 = TSimd.MultiplyAdd(wb, v, b1);
                v = TSimd.Load(row + 2 * TSimd.Count);
                a2 = TSimd.MultiplyAdd(wa, v, a2);
                b2 = TSimd.MultiplyAdd(wb, v, b2);
                v = TSimd.Load(row + 3 * TSimd.Count);
                a3 = TSimd.MultiplyAdd(wa, v, a3);
                b3 = TSimd.MultiplyAdd(wb, v, b3);
            }

            TSimd.Store(a0, sa);
            TSimd.Store(a1, sa + TSimd.Count);
            TSimd.Store(a2, sa + 2 * TSimd.Count);
            TSimd.Store(a3, sa + 3 * TSimd.Count);
            TSimd.Store(b0, sb);
            TSimd.Store(b1, sb + TSimd.Count);
            TSimd.Store(b2, sb + 2 * TSimd.Count);
            TSimd.Store(b3, sb + 3 * TSimd.Count);
        }

        for (int i = 0; i < 2; i++)
            AddRest(weights + i * weightsStride, sums + i * sumsStride, from, to, d);
    }

    /// <summary>Four sums, each with weights of its own; rows from to to - 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddFour(float* weights, nint weightsStride, float* sums, nint sumsStride, int from, int to)
    {
        if (from >= to)
            return;
        int d = 0;
        for (; d <= columns - 4 * TSimd.Count; d += 4 * TSimd.Count)
        {
            float* sa = sums + d;
            float* sb = sa + sumsStride;
            float* sc = sb + sumsStride;
            float* sd = sc + sumsStride;
            TVector a0 = TSimd.Load(sa), b0 = TSimd.Load(sb);
            TVector c0 = TSimd.Load(sc), d0 = TSimd.Load(sd);
            TVector a1 = TSimd.Load(sa + TSimd.Count), b1 = TSimd.Load(sb + TSimd.Count);
            TVector c1 = TSimd.Load(sc + TSimd.Count), d1 = TSimd.Load(sd + TSimd.Count);
            TVector a2 = TSimd.Load(sa + 2 * TSimd.Count), b2 = TSimd.Load(sb + 2 * TSimd.Count);
            TVector c2 = TSimd.Load(sc + 2 * TSimd.Count), d2 = TSimd.Load(sd + 2 * TSimd.Count);
            TVector a3 = TSimd.Load(sa + 3 * TSimd.Count), b3 = TSimd.Load(sb + 3 * TSimd.Count);
            TVector c3 = TSimd.Load(sc + 3 * TSimd.Count), d3 = TSimd.Load(sd + 3 * TSimd.Count);
            for (int j = from; j < to; j++)
            {
                float* row = rows[j] + d, weight = weights + j;
                TVector wa = TSimd.Create(*weight);
                TVector wb = TSimd.Create(*(weight + weightsStride));
                TVector wc = TSimd.Create(*(weight + 2 * weightsStride));
                TVector wd = TSimd.Create(*(weight + 3 * weightsStride));
                TVector v = TSimd.Load(row);
                a0 = TSimd.MultiplyAdd(wa, v, a0);
                b0 = TSimd.MultiplyAdd(wb, v, b0);
                c0 = TSimd.MultiplyAdd(wc, v, c0);
                d0 = TSimd.MultiplyAdd(wd, v, d0);
                v = TSimd.Load(row + TSimd.Count);
                a1 = TSimd.MultiplyAdd(wa, v, a1);
                b1 = TSimd.MultiplyAdd(wb, v, b1);
                c1 = TSimd.MultiplyAdd(wc, v, c1);
                d1 = TSimd.MultiplyAdd(wd, v, d1);
                v = TSimd.Load(row + 2 * TSimd.Count);
                a2 = TSimd.MultiplyAdd(wa, v, a2);
                b2 = TSimd.MultiplyAdd(wb, v, b2);
                c2 = TSimd.MultiplyAdd(wc, v, c2);
                d2 = TSimd.MultiplyAdd(wd, v, d2);
                v = TSimd.Load(row + 3 * TSimd.Count);
                a3 = TSimd.MultiplyAdd(wa, v, a3);
                b3 = TSimd.MultiplyAdd(wb, v, b3);
                c3 = TSimd.MultiplyAdd(wc, v, c3);
                d3 = TSimd.MultiplyAdd(wd, v, d3);
            }

            TSimd.Store(a0, sa);
            TSimd.Store(a1, sa + TSimd.Count);
            TSimd.Store(a2, sa + 2 * TSimd.Count);
            TSimd.Store(a3, sa + 3 * TSimd.Count);
            TSimd.Store(b0, sb);
            TSimd.Store(b1, sb + TSimd.Count);
            TSimd.Store(b2, sb + 2 * TSimd.Count);
            TSimd.Store(b3, sb + 3 * TSimd.Count);
            TSimd.Store(c0, sc);
            TSimd.Store(c1, sc + TSimd.Count);
            TSimd.Store(c2, sc + 2 * TSimd.Count);
            TSimd.Store(c3, sc + 3 * TSimd.Count);
            TSimd.Store(d0, sd);
            TSimd.Store(d1, sd + TSimd.Count);
            TSimd.Store(d2, sd + 2 * TSimd.Count);
            TSimd.Store(d3, sd + 3 * TSimd.Count);
        }

        for (int i = 0; i < 4; i++)
            AddRest(weights + i * weightsStride, sums + i * sumsStride, from, to, d);
    }

    /// <summary>The columns from d on, a vector and then an element at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddRest(float* weights, float* sums, int from, int to, int d)
    {
        for (; d <= columns - TSimd.Count; d += TSimd.Count)
        {
            TVector sum = TSimd.Load(sums + d);
            for (int j = from; j < to; j++)
                sum = TSimd.MultiplyAdd(TSimd.Create(weights[j]), TSimd.Load(rows[j] + d), sum);
            TSimd.Store(sum, sums + d);
        }

        if (d < columns)
            new ValueRows<Simd1, float>(rows, columns).AddRest(weights, sums, from, to, d);
    }
}
