using Sgl.Engine.Cpu;
using Sgl.Engine.Cpu.Simd;

namespace Sgl.Engine.Tests.Cpu;

/// <summary>Every width of vectors, with and without worker threads: what each fast path is tested with.</summary>
public static class CpuOpsUnderTest
{
    public static TheoryData<string> All => [.. Enum.GetNames<SimdLevel>()];

    internal static CpuOps Create(string simd, int threads = 3) => new(threads, Enum.Parse<SimdLevel>(simd));
}
