using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

/// <summary>
/// The CPU's operations, one file each: the plain loop first (double accumulators, one thread), which is what the
/// operation means and what the others are tested against, then the fast version.
/// </summary>
public sealed unsafe partial class CpuOps : IOps
{
    private readonly int _threads;

    /// <param name="threads">Worker threads, the caller's included; null takes every core.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one thread.</exception>
    public CpuOps(int? threads = null)
    {
        _threads = threads ?? Environment.ProcessorCount;
        ArgumentOutOfRangeException.ThrowIfLessThan(_threads, 1, nameof(threads));
    }

    public string Description => $"cpu ({_threads} {(_threads == 1 ? "thread" : "threads")})";

    public DataType ActivationType => DataType.Float32;

    public void Dispose()
    {
        FreeMemory();
    }
}
