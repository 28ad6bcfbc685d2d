using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sgl.Engine.Sampling;

/// <summary>
/// Passes over one row of logits or weights in buffers whose length is a multiple of <see cref="Lanes"/>. Always 16
/// lanes wide, whatever the machine has, so that sums round the same everywhere.
/// </summary>
internal static class RowMath
{
    public const int Lanes = 16;

    public static int PaddedLength(int length) => (length + Lanes - 1) / Lanes * Lanes;

    /// <summary>NaN counts as -inf, +inf as the largest float: the rest has an order and can be subtracted.</summary>
    public static float Usable(float logit) =>
        float.IsNaN(logit) ? float.NegativeInfinity : Math.Min(logit, float.MaxValue);

    /// <summary>copy = Usable(row), then -inf up to its end.</summary>
    public static void CopyUsable(ReadOnlySpan<float> row, Span<float> copy)
    {
        row.CopyTo(copy);
        copy[row.Length..].Fill(float.NegativeInfinity);
        Vector512<float> lowest = Vector512.Create(float.NegativeInfinity), highest = Vector512.Create(float.MaxValue);
        foreach (ref Vector512<float> x in Vectors(copy))
            x = Vector512.Min(Vector512.ConditionalSelect(Vector512.Equals(x, x), x, lowest), highest);
    }

    public static float Max(Span<float> row)
    {
        Vector512<float> best = Vector512.Create(float.NegativeInfinity);
        foreach (Vector512<float> x in Vectors(row))
            best = Vector512.Max(best, x);
        float max = best[0];
        for (int lane = 1; lane < Lanes; lane++)
            max = Math.Max(max, best[lane]);
        return max;
    }

    /// <summary>The first place that holds <paramref name="value"/>; 0 when none does.</summary>
    public static int FirstIndexOf(Span<float> row, float value)
    {
        Vector512<float> wanted = Vector512.Create(value);
        Span<Vector512<float>> vectors = Vectors(row);
        for (int i = 0; i < vectors.Length; i++)
        {
            ulong equal = Vector512.Equals(vectors[i], wanted).ExtractMostSignificantBits();
            if (equal != 0)
                return i * Lanes + (int)ulong.TrailingZeroCount(equal);
        }
        return 0;
    }

    /// <summary>x = exp((x - max) / temperature) in place: weights in [0, 1], the best one's exactly 1.</summary>
    public static void Exponentiate(Span<float> row, float max, float temperature)
    {
        Vector512<float> offset = Vector512.Create(max), divisor = Vector512.Create(temperature);
        foreach (ref Vector512<float> x in Vectors(row))
            x = Exp((x - offset) / divisor);
    }

    /// <summary>Σ exp(x - max).</summary>
    public static double SumOfExponentials(Span<float> row, float max)
    {
        Vector512<float> offset = Vector512.Create(max);
        Vector512<double> sum = Vector512<double>.Zero;
        foreach (Vector512<float> x in Vectors(row))
            sum += PairSums(Exp(x - offset));
        return Vector512.Sum(sum);
    }

    public static double Sum(Span<float> row)
    {
        Vector512<double> sum = Vector512<double>.Zero;
        foreach (Vector512<float> x in Vectors(row))
            sum += PairSums(x);
        return Vector512.Sum(sum);
    }

    /// <summary>x = 0 wherever x is below <paramref name="least"/>.</summary>
    public static void ZeroBelow(Span<float> row, float least)
    {
        Vector512<float> bound = Vector512.Create(least);
        foreach (ref Vector512<float> x in Vectors(row))
            x &= Vector512.GreaterThanOrEqual(x, bound);
    }

    /// <summary>
    /// e^x for x ≤ 0, within 2e-7 of it, and 0 where it would be subnormal. 2^n * e^r with n whole and |r| ≤ ln 2 / 2,
    /// e^r by its Taylor series. Vector512.Exp is slower, and not exactly 1 at 0.
    /// </summary>
    private static Vector512<float> Exp(Vector512<float> x)
    {
        Vector512<float> n = Vector512.Round(x * 1.44269504f);
        // ln 2 in two pieces, the first short enough that n times it is exact.
        Vector512<float> r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693359375f), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(2.12194440e-4f), r);
        Vector512<float> e = Vector512.Create(1 / 5040f);
        e = Vector512.FusedMultiplyAdd(e, r, Vector512.Create(1 / 720f));
        e = Vector512.FusedMultiplyAdd(e, r, Vector512.Create(1 / 120f));
        e = Vector512.FusedMultiplyAdd(e, r, Vector512.Create(1 / 24f));
        e = Vector512.FusedMultiplyAdd(e, r, Vector512.Create(1 / 6f));
        e = Vector512.FusedMultiplyAdd(e, r, Vector512.Create(0.5f));
        e = Vector512.FusedMultiplyAdd(e, r, Vector512<float>.One);
        e = Vector512.FusedMultiplyAdd(e, r, Vector512<float>.One);
        Vector512<int> exponent = Vector512.ConvertToInt32(n) + Vector512.Create(127);
        Vector512<float> power = (exponent << 23).AsSingle();
        return (e * power) & Vector512.GreaterThan(x, Vector512.Create(-87f));
    }

    private static Vector512<double> PairSums(Vector512<float> x)
    {
        (Vector512<double> lower, Vector512<double> upper) = Vector512.Widen(x);
        return lower + upper;
    }

    private static Span<Vector512<float>> Vectors(Span<float> row) => MemoryMarshal.Cast<float, Vector512<float>>(row);
}
