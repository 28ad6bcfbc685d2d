using System.Runtime.CompilerServices;
using Sgl.Engine.Cpu.Simd;
using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    public void RopeAngles(Pass pass, RopeFrequencies frequencies, Tensor angles)
    {
        Check.Shape(angles, pass.TokenCount, frequencies.RotaryDim);
        RopeAnglesReference(pass, frequencies, angles);
    }

    public void RopeAndStore(
        Pass pass, Tensor q, Tensor k, Tensor v, int headDim, Tensor? angles, RopeStyle style, KvLayer layer)
    {
        int tokens = pass.TokenCount;
        Check.Shape(q, tokens, q.Columns / headDim * headDim);
        Check.Shape(k, tokens, k.Columns / headDim * headDim);
        Check.Shape(v, tokens, k.Columns);
        Check.Shape(layer.Keys, layer.Values.Rows, k.Columns);
        Check.Shape(layer.Values, layer.Keys.Rows, k.Columns);
        if (angles is { } a)
            Check.Shape(a, tokens, Math.Min(a.Columns, headDim));
        _kernels.RopeAndStore(IndicesOf(pass, layer), q, k, v, headDim, angles, style, layer);
    }

    internal static void RopeAnglesReference(Pass pass, RopeFrequencies frequencies, Tensor angles)
    {
        int half = frequencies.RotaryDim / 2;
        for (int t = 0; t < pass.TokenCount; t++)
        {
            double[] speeds = frequencies.ForLength(pass.RopeLengths[t]);
            for (int i = 0; i < half; i++)
            {
                var (sin, cos) = Math.SinCos(pass.Positions[t] * speeds[i]);
                angles.Row(t)[i] = (float)(frequencies.Scale * cos);
                angles.Row(t)[half + i] = (float)(frequencies.Scale * sin);
            }
        }
    }

    internal static void RopeAndStoreReference(
        Pass pass, Tensor q, Tensor k, Tensor v, int headDim, Tensor? angles, RopeStyle style, KvLayer layer)
    {
        for (int t = 0; t < pass.TokenCount; t++)
        {
            if (angles is { } a)
            {
                RotateHeads(q.Row(t), headDim, a.Row(t), style);
                RotateHeads(k.Row(t), headDim, a.Row(t), style);
            }

            k.Row(t).CopyTo(layer.Keys.Row(pass.Slots[t]));
            v.Row(t).CopyTo(layer.Values.Row(pass.Slots[t]));
        }
    }

    private static void RotateHeads(Span<float> heads, int headDim, ReadOnlySpan<float> angles, RopeStyle style)
    {
        int half = angles.Length / 2;
        for (int start = 0; start < heads.Length; start += headDim)
        {
            for (int i = 0; i < half; i++)
            {
                var (first, second) = style == RopeStyle.Halves ? (i, i + half) : (2 * i, 2 * i + 1);
                ref float a = ref heads[start + first];
                ref float b = ref heads[start + second];
                (a, b) = (a * angles[i] - b * angles[half + i], b * angles[i] + a * angles[half + i]);
            }
        }
    }

    private abstract partial class Kernels
    {
        public abstract void RopeAndStore(
            PassIndices indices,
            Tensor q,
            Tensor k,
            Tensor v,
            int headDim,
            Tensor? angles,
            RopeStyle style,
            KvLayer layer);
    }

    private sealed partial class Kernels<TSimd, TVector>
    {
        public override void RopeAndStore(
            PassIndices indices,
            Tensor q,
            Tensor k,
            Tensor v,
            int headDim,
            Tensor? angles,
            RopeStyle style,
            KvLayer layer)
        {
            var pieces = new RowPieces(q.Rows, q.Columns + 2 * k.Columns);
            pool.Run(new RopeWork(indices.Slots, q, k, v, headDim, angles, style, layer, pieces), pieces.Count);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        internal static void RotateHalves(float* a, float* b, float* cos, float* sin, int count)
        {
            int i = 0;
            for (; i < Whole(count); i += TSimd.Count)
            {
                TVector x = TSimd.Load(a + i), y = TSimd.Load(b + i);
                TVector c = TSimd.Load(cos + i), s = TSimd.Load(sin + i);
                TSimd.Store(TSimd.Subtract(TSimd.Multiply(x, c), TSimd.Multiply(y, s)), a + i);
                TSimd.Store(TSimd.Add(TSimd.Multiply(y, c), TSimd.Multiply(x, s)), b + i);
            }

            if (i < count)
                Kernels<Simd1, float>.RotateHalves(a + i, b + i, cos + i, sin + i, count - i);
        }

        private readonly struct RopeWork(
            int* slots,
            Tensor q,
            Tensor k,
            Tensor v,
            int headDim,
            Tensor? angles,
            RopeStyle style,
            KvLayer layer,
            RowPieces pieces) : IWork
        {
            public void Run(int piece)
            {
                for (int t = pieces.Start(piece); t < pieces.End(piece); t++)
                {
                    if (angles is { } a)
                    {
                        Rotate(q.Row(t), a.Row(t));
                        Rotate(k.Row(t), a.Row(t));
                    }

                    k.Row(t).CopyTo(layer.Keys.Row(slots[t]));
                    v.Row(t).CopyTo(layer.Values.Row(slots[t]));
                }
            }

            private void Rotate(Span<float> heads, Span<float> angle)
            {
                // Pairs that lie side by side are rare and cheap beside the rest of a step: no vectors for them.
                if (style == RopeStyle.Interleaved)
                {
                    RotateHeads(heads, headDim, angle, style);
                    return;
                }

                int half = angle.Length / 2;
                fixed (float* first = heads, cos = angle)
                {
                    for (float* head = first; head < first + heads.Length; head += headDim)
                        RotateHalves(head, head + half, cos, cos + half, half);
                }
            }
        }
    }
}
