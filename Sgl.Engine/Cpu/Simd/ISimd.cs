namespace Sgl.Engine.Cpu.Simd;

/// <summary>
/// Vectors of floats of one width, so that a kernel is written once and compiled for each. TVector is the framework's
/// own vector type: wrapping it in a struct of ours would cost registers.
/// </summary>
internal unsafe interface ISimd<TVector>
    where TVector : struct
{
    /// <summary>Floats in a vector.</summary>
    static abstract int Count { get; }

    static abstract TVector Create(float value);

    static abstract TVector Load(float* source);

    /// <summary>Reads Count bfloat16 as floats.</summary>
    static abstract TVector LoadBFloat16(ushort* source);

    /// <summary>Reads Count IEEE half precision numbers as floats.</summary>
    static abstract TVector LoadFloat16(ushort* source);

    static abstract void Store(TVector vector, float* destination);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>a * b + c, in one rounding where the machine can.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    static abstract TVector Max(TVector a, TVector b);

    static abstract TVector Min(TVector a, TVector b);

    static abstract TVector Abs(TVector a);

    /// <summary>The magnitude of one with the sign of the other.</summary>
    static abstract TVector CopySign(TVector magnitude, TVector sign);

    /// <summary>Where a is less than b, x; elsewhere y.</summary>
    static abstract TVector SelectLess(TVector a, TVector b, TVector x, TVector y);

    /// <summary>To the nearest whole number.</summary>
    static abstract TVector Round(TVector a);

    /// <summary>2^n for whole n from -127 (which gives 0) to 127.</summary>
    static abstract TVector PowerOfTwo(TVector n);

    /// <summary>The sum of all lanes, always in the same order.</summary>
    static abstract float Sum(TVector a);

    /// <summary>Four sums at once, each the same as <see cref="Sum"/>'s.</summary>
    static abstract System.Runtime.Intrinsics.Vector128<float> Sum4(TVector a, TVector b, TVector c, TVector d);

    /// <summary>
    /// Sixteen sums at once, each the same as <see cref="Sum"/>'s: those of a to sums, of b to sums + stride, and so
    /// on.
    /// </summary>
    static abstract void StoreSums(
        TVector a0,
        TVector a1,
        TVector a2,
        TVector a3,
        TVector b0,
        TVector b1,
        TVector b2,
        TVector b3,
        TVector c0,
        TVector c1,
        TVector c2,
        TVector c3,
        TVector d0,
        TVector d1,
        TVector d2,
        TVector d3,
        float* sums,
        nint stride);

    /// <summary>The largest lane.</summary>
    static abstract float MaxAcross(TVector a);
}
