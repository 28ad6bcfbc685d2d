namespace Sgl.Engine.Cpu.Simd;

/// <summary>How wide vectors are; tests go through all of them.</summary>
internal enum SimdLevel
{
    Vector128,
    Vector256,
    Vector512,
}
