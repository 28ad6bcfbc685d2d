using System.Runtime.CompilerServices;

namespace Sgl.Engine.Cpu.Simd;

/// <summary>
/// Functions of vectors, good to about 1e-7 (relative for exp, absolute for those between -1 and 1). The polynomials
/// are Chebyshev fits of our own; the error beside each is that of the fit, before rounding.
/// </summary>
internal static class SimdMath<TSimd, TVector>
    where TSimd : ISimd<TVector>
    where TVector : struct
{
    /// <summary>e^x; 0 below -88, e^88 above 88.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp(TVector x)
    {
        // x = n ln 2 + r with |r| <= ln 2 / 2; ln 2 in two parts, so that n times the first is exact.
        x = TSimd.Min(TSimd.Max(x, TSimd.Create(-88.1f)), TSimd.Create(88));
        TVector n = TSimd.Round(TSimd.Multiply(x, TSimd.Create(1.44269504f)));
        TVector r = TSimd.MultiplyAdd(n, TSimd.Create(-0.693359375f), x);
        r = TSimd.MultiplyAdd(n, TSimd.Create(2.12194440e-4f), r);

        // (e^r - 1 - r) / r²; 8e-9 of e^r
        TVector p = TSimd.Create(0.001392620336f);
        p = TSimd.MultiplyAdd(p, r, TSimd.Create(0.008363194882f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Create(0.0416665545f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Create(0.1666657689f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Create(0.5f));
        p = TSimd.MultiplyAdd(TSimd.Multiply(r, r), p, TSimd.Add(r, TSimd.Create(1)));
        return TSimd.Multiply(p, TSimd.PowerOfTwo(n));
    }

    /// <summary>1 / (1 + e^-x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sigmoid(TVector x)
    {
        TVector one = TSimd.Create(1);
        return TSimd.Divide(one, TSimd.Add(one, Exp(TSimd.Subtract(default, x))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Tanh(TVector x)
    {
        TVector magnitude = TSimd.Abs(x);
        TVector large = TSimd.Subtract(
            TSimd.Create(1),
            TSimd.Divide(TSimd.Create(2), TSimd.Add(Exp(TSimd.Add(magnitude, magnitude)), TSimd.Create(1))));

        // Near 0 that difference has lost its digits: x + x³ P(x²); 2e-8 of x
        TVector square = TSimd.Multiply(x, x);
        TVector p = TSimd.Create(-0.006096575948f);
        p = TSimd.MultiplyAdd(p, square, TSimd.Create(0.02099708402f));
        p = TSimd.MultiplyAdd(p, square, TSimd.Create(-0.05385088956f));
        p = TSimd.MultiplyAdd(p, square, TSimd.Create(0.1333276961f));
        p = TSimd.MultiplyAdd(p, square, TSimd.Create(-0.3333332894f));
        TVector small = TSimd.MultiplyAdd(TSimd.Multiply(p, square), magnitude, magnitude);
        return TSimd.CopySign(TSimd.SelectLess(magnitude, TSimd.Create(0.625f), small, large), x);
    }

    /// <summary>The normal distribution's share below x: (1 + erf(x / sqrt 2)) / 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector NormalBelow(TVector x)
    {
        // erfc(a) e^(a²) / t as a polynomial in t = 1 / (1 + 0.35 a), a = |x| / sqrt 2; 2e-8
        TVector a = TSimd.Multiply(TSimd.Abs(x), TSimd.Create(0.707106781f));
        TVector one = TSimd.Create(1);
        TVector t = TSimd.Divide(one, TSimd.MultiplyAdd(a, TSimd.Create(0.35f), one));
        TVector p = TSimd.Create(0.06011347814f);
        p = TSimd.MultiplyAdd(p, t, TSimd.Create(-0.3621255873f));
        p = TSimd.MultiplyAdd(p, t, TSimd.Create(0.7414934756f));
        p = TSimd.MultiplyAdd(p, t, TSimd.Create(-0.5959474738f));
        p = TSimd.MultiplyAdd(p, t, TSimd.Create(0.5400689563f));
        p = TSimd.MultiplyAdd(p, t, TSimd.Create(0.003668248465f));
        p = TSimd.MultiplyAdd(p, t, TSimd.Create(0.2224223648f));
        p = TSimd.MultiplyAdd(p, t, TSimd.Create(0.1925607963f));
        p = TSimd.MultiplyAdd(p, t, TSimd.Create(0.1977457316f));
        TVector tail = TSimd.Multiply(TSimd.Multiply(p, t), Exp(TSimd.Multiply(TSimd.Subtract(default, a), a)));
        tail = TSimd.Multiply(tail, TSimd.Create(0.5f));
        return TSimd.SelectLess(x, default, tail, TSimd.Subtract(one, tail));
    }
}
