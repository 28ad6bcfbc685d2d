using System.Runtime.Intrinsics;

namespace Sgl.Engine.Cpu.Simd;

/// <summary>One float: for the elements at the end of a row that fill no vector.</summary>
internal readonly unsafe struct Simd1 : ISimd<float>
{
    public static int Count => 1;

    public static float Create(float value) => value;

    public static float Load(float* source) => *source;

    public static float LoadBFloat16(ushort* source) => BitConverter.UInt32BitsToSingle((uint)*source << 16);

    public static float LoadFloat16(ushort* source) => (float)*(Half*)source;

    public static void Store(float vector, float* destination) => *destination = vector;

    public static float Add(float a, float b) => a + b;

    public static float Subtract(float a, float b) => a - b;

    public static float Multiply(float a, float b) => a * b;

    public static float Divide(float a, float b) => a / b;

    public static float MultiplyAdd(float a, float b, float c) => float.MultiplyAddEstimate(a, b, c);

    public static float Max(float a, float b) => float.MaxNative(a, b);

    public static float Min(float a, float b) => float.MinNative(a, b);

    public static float Abs(float a) => MathF.Abs(a);

    public static float SelectLess(float a, float b, float x, float y) => a < b ? x : y;

    public static float CopySign(float magnitude, float sign) => MathF.CopySign(magnitude, sign);

    public static float Round(float a) => MathF.Round(a);

    public static float PowerOfTwo(float n) => BitConverter.Int32BitsToSingle(((int)n + 127) << 23);

    public static float Sum(float a) => a;

    public static Vector128<float> Sum4(float a, float b, float c, float d) => Vector128.Create(a, b, c, d);

    public static void StoreSums(
        float a0,
        float a1,
        float a2,
        float a3,
        float b0,
        float b1,
        float b2,
        float b3,
        float c0,
        float c1,
        float c2,
        float c3,
        float d0,
        float d1,
        float d2,
        float d3,
        float* sums,
        nint stride)
    {
        Sum4(a0, a1, a2, a3).Store(sums);
        Sum4(b0, b1, b2, b3).Store(sums + stride);
        Sum4(c0, c1, c2, c3).Store(sums + 2 * stride);
        Sum4(d0, d1, d2, d3).Store(sums + 3 * stride);
    }

    public static float MaxAcross(float a) => a;
}
