namespace Sgl.Engine.Cpu.Simd;

/// <summary>
/// The type and habits of a matrix in memory, so that a kernel is written once and compiled for each.
/// </summary>
internal unsafe interface IElement
{
    /// <summary>Bytes of one.</summary>
    static abstract int Size { get; }

    /// <summary>
    /// How far ahead in its rows to ask for what comes later; 0 does not ask. For weights, of 256 to 8192 the best is
    /// 2048 both in main memory and in a cache.
    /// </summary>
    static abstract int PrefetchBytes { get; }

    /// <summary>A vector of them as floats.</summary>
    static abstract TVector Load<TSimd, TVector>(byte* source)
        where TSimd : ISimd<TVector>
        where TVector : struct;
}
