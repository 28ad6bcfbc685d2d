using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sgl.Engine.Cpu.Simd;

/// <summary>
/// Dot products of a few rows x with four rows w at once: sums[r * sumsStride + i] = x_r · w_i. Every tile adds in the
/// same order, lane l taking elements l, l + Count, …, then the lanes by Sum, then what is left over: so a product's
/// bits do not depend on the tile that computed it.
/// </summary>
internal static unsafe class DotTiles<TSimd, TVector, TElement>
    where TSimd : ISimd<TVector>
    where TVector : struct
    where TElement : IElement
{
    private const int CacheLine = 64;

    /// <summary>Four rows of w.</summary>
    public readonly ref struct Rows(byte* w0, byte* w1, byte* w2, byte* w3)
    {
        public readonly byte* W0 = w0;
        public readonly byte* W1 = w1;
        public readonly byte* W2 = w2;
        public readonly byte* W3 = w3;
    }

    /// <summary>
    /// One row x with eight rows w, each so many bytes after the other: a single row leaves half of the multipliers
    /// idle with four. For short rows, which are one stream of memory that the processor foresees: it asks for nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OneByEight(float* x, byte* w, nint wBytes, int count, float* sums)
    {
        byte* w3 = w + 3 * wBytes, w6 = w3 + 3 * wBytes;
        TVector a0 = default, a1 = default, a2 = default, a3 = default;
        TVector a4 = default, a5 = default, a6 = default, a7 = default;
        int whole = count - count % TSimd.Count;
        for (nint k = 0; k < whole; k += TSimd.Count)
        {
            nint at = k * TElement.Size;
            TVector x0 = TSimd.Load(x + k);
            a0 = TSimd.MultiplyAdd(x0, TElement.Load<TSimd, TVector>(w + at), a0);
            a1 = TSimd.MultiplyAdd(x0, TElement.Load<TSimd, TVector>(w + wBytes + at), a1);
            a2 = TSimd.MultiplyAdd(x0, TElement.Load<TSimd, TVector>(w + 2 * wBytes + at), a2);
            a3 = TSimd.MultiplyAdd(x0, TElement.Load<TSimd, TVector>(w3 + at), a3);
            a4 = TSimd.MultiplyAdd(x0, TElement.Load<TSimd, TVector>(w3 + wBytes + at), a4);
            a5 = TSimd.MultiplyAdd(x0, TElement.Load<TSimd, TVector>(w3 + 2 * wBytes + at), a5);
            a6 = TSimd.MultiplyAdd(x0, TElement.Load<TSimd, TVector>(w6 + at), a6);
            a7 = TSimd.MultiplyAdd(x0, TElement.Load<TSimd, TVector>(w6 + wBytes + at), a7);
        }

        TSimd.Sum4(a0, a1, a2, a3).Store(sums);
        TSimd.Sum4(a4, a5, a6, a7).Store(sums + 4);
        if (whole < count)
        {
            AddRest(1, x, 0, new Rows(w, w + wBytes, w + 2 * wBytes, w3), whole, count, sums, 0);
            w3 += wBytes;
            AddRest(1, x, 0, new Rows(w3, w3 + wBytes, w6, w6 + wBytes), whole, count, sums + 4, 0);
        }
    }

    /// <summary>Any number of rows x, by the largest tiles that fit.</summary>
    public static void Run(int rows, float* x, nint xStride, in Rows w, int count, float* sums, nint sumsStride)
    {
        if (SimdLimits.HasThirtyTwoRegisters)
        {
            for (; rows >= 4; rows -= 4, x += 4 * xStride, sums += 4 * sumsStride)
                Tile4(x, xStride, w, count, sums, sumsStride);
        }

        for (; rows >= 2; rows -= 2, x += 2 * xStride, sums += 2 * sumsStride)
            Tile2(x, xStride, w, count, sums, sumsStride);
        if (rows == 1)
            Tile1(x, w, count, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1(float* x, in Rows w, int count, float* sums)
    {
        byte* w0 = w.W0, w1 = w.W1, w2 = w.W2, w3 = w.W3;
        TVector a0 = default, a1 = default, a2 = default, a3 = default;
        int whole = count - count % TSimd.Count;
        for (nint k = 0; k < whole; k += TSimd.Count)
        {
            nint at = k * TElement.Size;
            if (TElement.PrefetchBytes > 0 && at % CacheLine == 0)
                Prefetch(w0 + at, w1 + at, w2 + at, w3 + at);
            TVector x0 = TSimd.Load(x + k);
            a0 = TSimd.MultiplyAdd(x0, TElement.Load<TSimd, TVector>(w0 + at), a0);
            a1 = TSimd.MultiplyAdd(x0, TElement.Load<TSimd, TVector>(w1 + at), a1);
            a2 = TSimd.MultiplyAdd(x0, TElement.Load<TSimd, TVector>(w2 + at), a2);
            a3 = TSimd.MultiplyAdd(x0, TElement.Load<TSimd, TVector>(w3 + at), a3);
        }

        TSimd.Sum4(a0, a1, a2, a3).Store(sums);
        if (whole < count)
            AddRest(1, x, 0, w, whole, count, sums, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2(
        float* x, nint xStride, in Rows w, int count, float* sums, nint sumsStride)
    {
        byte* w0 = w.W0, w1 = w.W1, w2 = w.W2, w3 = w.W3;
        int whole = count - count % TSimd.Count;
        TVector a0 = default, a1 = default, a2 = default, a3 = default;
        TVector b0 = default, b1 = default, b2 = default, b3 = default;
        for (nint k = 0; k < whole; k += TSimd.Count)
        {
            nint at = k * TElement.Size;
            if (TElement.PrefetchBytes > 0 && at % CacheLine == 0)
                Prefetch(w0 + at, w1 + at, w2 + at, w3 + at);
            TVector x0 = TSimd.Load(x + k);
            TVector x1 = TSimd.Load(x + xStride + k);
            TVector v = TElement.Load<TSimd, TVector>(w0 + at);
            a0 = TSimd.MultiplyAdd(x0, v, a0);
            b0 = TSimd.MultiplyAdd(x1, v, b0);
            v = TElement.Load<TSimd, TVector>(w1 + at);
            a1 = TSimd.MultiplyAdd(x0, v, a1);
            b1 = TSimd.MultiplyAdd(x1, v, b1);
            v = TElement.Load<TSimd, TVector>(w2 + at);
            a2 = TSimd.MultiplyAdd(x0, v, a2);
            b2 = TSimd.MultiplyAdd(x1, v, b2);
            v = TElement.Load<TSimd, TVector>(w3 + at);
            a3 = TSimd.MultiplyAdd(x0, v, a3);
            b3 = TSimd.MultiplyAdd(x1, v, b3);
        }

        TSimd.Sum4(a0, a1, a2, a3).Store(sums);
        TSimd.Sum4(b0, b1, b2, b3).Store(sums + sumsStride);
        if (whole < count)
            AddRest(2, x, xStride, w, whole, count, sums, sumsStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4(
        float* x, nint xStride, in Rows w, int count, float* sums, nint sumsStride)
    {
        byte* w0 = w.W0, w1 = w.W1, w2 = w.W2, w3 = w.W3;
        int whole = count - count % TSimd.Count;
        float* x2 = x + 2 * xStride;
        TVector a0 = default, a1 = default, a2 = default, a3 = default;
        TVector b0 = default, b1 = default, b2 = default, b3 = default;
        TVector c0 = default, c1 = default, c2 = default, c3 = default;
        TVector d0 = default, d1 = default, d2 = default, d3 = default;
        for (nint k = 0; k < whole; k += TSimd.Count)
        {
            nint at = k * TElement.Size;
            if (TElement.PrefetchBytes > 0 && at % CacheLine == 0)
                Prefetch(w0 + at, w1 + at, w2 + at, w3 + at);
            TVector xa = TSimd.Load(x + k);
            TVector xb = TSimd.Load(x + xStride + k);
            TVector xc = TSimd.Load(x2 + k);
            TVector xd = TSimd.Load(x2 + xStride + k);
            TVector v = TElement.Load<TSimd, TVector>(w0 + at);
            a0 = TSimd.MultiplyAdd(xa, v, a0);
            b0 = TSimd.MultiplyAdd(xb, v, b0);
            c0 = TSimd.MultiplyAdd(xc, v, c0);
            d0 = TSimd.MultiplyAdd(xd, v, d0);
            v = TElement.Load<TSimd, TVector>(w1 + at);
            a1 = TSimd.MultiplyAdd(xa, v, a1);
            b1 = TSimd.MultiplyAdd(xb, v, b1);
            c1 = TSimd.MultiplyAdd(xc, v, c1);
            d1 = TSimd.MultiplyAdd(xd, v, d1);
            v = TElement.Load<TSimd, TVector>(w2 + at);
            a2 = TSimd.MultiplyAdd(xa, v, a2);
            b2 = TSimd.MultiplyAdd(xb, v, b2);
            c2 = TSimd.MultiplyAdd(xc, v, c2);
            d2 = TSimd.MultiplyAdd(xd, v, d2);
            v = TElement.Load<TSimd, TVector>(w3 + at);
            a3 = TSimd.MultiplyAdd(xa, v, a3);
            b3 = TSimd.MultiplyAdd(xb, v, b3);
            c3 = TSimd.MultiplyAdd(xc, v, c3);
            d3 = TSimd.MultiplyAdd(xd, v, d3);
        }

        TSimd.StoreSums(a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3, sums, sumsStride);
        if (whole < count)
            AddRest(4, x, xStride, w, whole, count, sums, sumsStride);
    }

    /// <summary>
    /// Asks for what comes later in these rows: left to itself the processor looks less far ahead than memory is away.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* w0, byte* w1, byte* w2, byte* w3)
    {
        if (!Sse.IsSupported)
            return;
        Sse.Prefetch0(w0 + TElement.PrefetchBytes);
        Sse.Prefetch0(w1 + TElement.PrefetchBytes);
        Sse.Prefetch0(w2 + TElement.PrefetchBytes);
        Sse.Prefetch0(w3 + TElement.PrefetchBytes);
    }

    /// <summary>Adds the elements that fill no vector, one after the other.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddRest(
        int rows, float* x, nint xStride, in Rows w, int whole, int count, float* sums, nint sumsStride)
    {
        for (int r = 0; r < rows; r++)
        {
            for (nint k = whole; k < count; k++)
            {
                float e = x[r * xStride + k];
                nint at = k * TElement.Size;
                sums[r * sumsStride] += e * TElement.Load<Simd1, float>(w.W0 + at);
                sums[r * sumsStride + 1] += e * TElement.Load<Simd1, float>(w.W1 + at);
                sums[r * sumsStride + 2] += e * TElement.Load<Simd1, float>(w.W2 + at);
                sums[r * sumsStride + 3] += e * TElement.Load<Simd1, float>(w.W3 + at);
            }
        }
    }
}
