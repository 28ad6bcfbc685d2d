using System.Runtime.Intrinsics;
using Sgl.Engine.Cpu.Simd;
using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

/// <summary>
/// The CPU's operations, one file each: the plain loop first (double accumulators, one thread), which is what the
/// operation means and what the others are tested against, then the fast version.
/// </summary>
public sealed unsafe partial class CpuOps : IOps
{
    private readonly WorkerPool _pool;
    private readonly SimdLevel _simd;
    private readonly Kernels _kernels;

    /// <param name="threads">Worker threads, the caller's included; null takes every core.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one thread.</exception>
    public CpuOps(int? threads = null)
        : this(threads ?? Environment.ProcessorCount, WidestSimd)
    {
    }

    internal CpuOps(int threads, SimdLevel simd)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _simd = simd;
        _pool = new WorkerPool(threads);
        _kernels = Kernels.Create(simd, _pool);
    }

    public string Description
    {
        get
        {
            string vectors = _simd switch
            {
                SimdLevel.Vector512 => "AVX-512",
                SimdLevel.Vector256 => "AVX2",
                _ => "128-bit vectors",
            };
            return $"cpu ({vectors}, {_pool.Threads} {(_pool.Threads == 1 ? "thread" : "threads")})";
        }
    }

    public DataType ActivationType => DataType.Float32;

    private static SimdLevel WidestSimd =>
        Vector512.IsHardwareAccelerated ? SimdLevel.Vector512
        : Vector256.IsHardwareAccelerated ? SimdLevel.Vector256
        : SimdLevel.Vector128;

    public void Dispose()
    {
        _pool.Dispose();
        _kernels.Dispose();
        FreeMemory();
    }
}
