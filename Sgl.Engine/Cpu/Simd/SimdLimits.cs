using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Sgl.Engine.Cpu.Simd;

/// <summary>What the processor has.</summary>
internal static class SimdLimits
{
    /// <summary>Sixteen registers cannot hold a tile of sixteen sums beside its inputs.</summary>
    public static bool HasThirtyTwoRegisters => Vector512.IsHardwareAccelerated || AdvSimd.IsSupported;
}
