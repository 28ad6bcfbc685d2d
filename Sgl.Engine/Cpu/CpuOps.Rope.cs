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
        foreach (int slot in pass.Slots)
            Check.Index(slot, layer.Keys.Rows, nameof(slot));
        RopeAndStoreReference(pass, q, k, v, headDim, angles, style, layer);
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
}
