using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sgl.Engine.Cpu.Simd;

/// <summary>Sixteen floats: AVX-512.</summary>
internal readonly unsafe struct Simd512 : ISimd<Vector512<float>>
{
    public static int Count => Vector512<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Create(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadBFloat16(ushort* source) => (Widen(source) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadFloat16(ushort* source)
    {
        // The half's exponent and fraction in a float's place are 2^112 too small; that factor also normalizes
        // subnormals.
        Vector512<uint> bits = Widen(source);
        Vector512<uint> magnitude = (bits & Vector512.Create(0x7FFFu)) << 13;
        Vector512<uint> scaled = (magnitude.AsSingle() * Vector512.Create(5.192296858534828e33f)).AsUInt32();
        Vector512<uint> exponent = Vector512.Create(0x7C00u << 13);
        Vector512<uint> special = Vector512.GreaterThanOrEqual(magnitude, exponent) & Vector512.Create(0x7F800000u);
        return (scaled | special | (bits & Vector512.Create(0x8000u)) << 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> vector, float* destination) => vector.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Divide(Vector512<float> a, Vector512<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Vector512.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Max(Vector512<float> a, Vector512<float> b) => Vector512.MaxNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Min(Vector512<float> a, Vector512<float> b) => Vector512.MinNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Abs(Vector512<float> a) => Vector512.Abs(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> CopySign(Vector512<float> magnitude, Vector512<float> sign) =>
        Vector512.ConditionalSelect(Vector512.Create(0x80000000u).AsSingle(), sign, magnitude);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SelectLess(
        Vector512<float> a, Vector512<float> b, Vector512<float> x, Vector512<float> y) =>
        Vector512.ConditionalSelect(Vector512.LessThan(a, b), x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Round(Vector512<float> a) => Vector512.Round(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> PowerOfTwo(Vector512<float> n) =>
        ((Vector512.ConvertToInt32Native(n) + Vector512.Create(127)) << 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> a) => Simd256.Sum(a.GetLower() + a.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sum4(
        Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d) =>
        Simd256.Sum4(
            a.GetLower() + a.GetUpper(),
            b.GetLower() + b.GetUpper(),
            c.GetLower() + c.GetUpper(),
            d.GetLower() + d.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSums(
        Vector512<float> a0,
        Vector512<float> a1,
        Vector512<float> a2,
        Vector512<float> a3,
        Vector512<float> b0,
        Vector512<float> b1,
        Vector512<float> b2,
        Vector512<float> b3,
        Vector512<float> c0,
        Vector512<float> c1,
        Vector512<float> c2,
        Vector512<float> c3,
        Vector512<float> d0,
        Vector512<float> d1,
        Vector512<float> d2,
        Vector512<float> d3,
        float* sums,
        nint stride)
    {
        if (!Avx512F.IsSupported)
        {
            Sum4(a0, a1, a2, a3).Store(sums);
            Sum4(b0, b1, b2, b3).Store(sums + stride);
            Sum4(c0, c1, c2, c3).Store(sums + 2 * stride);
            Sum4(d0, d1, d2, d3).Store(sums + 3 * stride);
            return;
        }

        // Three roundings of shuffling and adding sum rows by themselves, two more all rows together: half of what four
        // times Sum4 takes.
        Vector512<float> ab = PairSums(QuarterSums(a0, a1, a2, a3), QuarterSums(b0, b1, b2, b3));
        Vector512<float> cd = PairSums(QuarterSums(c0, c1, c2, c3), QuarterSums(d0, d1, d2, d3));
        Vector512<double> even = Avx512F.UnpackLow(ab.AsDouble(), cd.AsDouble());
        Vector512<double> odd = Avx512F.UnpackHigh(ab.AsDouble(), cd.AsDouble());

        // Lane 4i + r is now row r's sum i.
        Vector512<float> columns = even.AsSingle() + odd.AsSingle();
        Vector512<float> rows = Vector512.Shuffle(
            columns, Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
        rows.GetLower().GetLower().Store(sums);
        rows.GetLower().GetUpper().Store(sums + stride);
        rows.GetUpper().GetLower().Store(sums + 2 * stride);
        rows.GetUpper().GetUpper().Store(sums + 3 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxAcross(Vector512<float> a) =>
        Simd256.MaxAcross(Vector256.MaxNative(a.GetLower(), a.GetUpper()));

    /// <summary>Quarter i: four numbers whose sum is that of vector i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> QuarterSums(
        Vector512<float> v0, Vector512<float> v1, Vector512<float> v2, Vector512<float> v3)
    {
        const byte lowHalves = 0b01_00_01_00, highHalves = 0b11_10_11_10;
        const byte evenQuarters = 0b10_00_10_00, oddQuarters = 0b11_01_11_01;
        Vector512<float> v01 = Avx512F.Shuffle4x128(v0, v1, lowHalves) + Avx512F.Shuffle4x128(v0, v1, highHalves);
        Vector512<float> v23 = Avx512F.Shuffle4x128(v2, v3, lowHalves) + Avx512F.Shuffle4x128(v2, v3, highHalves);
        return Avx512F.Shuffle4x128(v01, v23, evenQuarters) + Avx512F.Shuffle4x128(v01, v23, oddQuarters);
    }

    /// <summary>In each quarter p0 + p2, q0 + q2, p1 + p3, q1 + q3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> PairSums(Vector512<float> p, Vector512<float> q) =>
        Avx512F.UnpackLow(p, q) + Avx512F.UnpackHigh(p, q);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Widen(ushort* source) =>
        Vector512.WidenLower(Vector256.Load(source).ToVector512Unsafe());
}
