namespace Sgl.Engine.Cpu.Simd;

/// <summary>The type that a weight has in memory, so that a kernel is written once and compiled for each.</summary>
internal unsafe interface IElement
{
    /// <summary>Bytes of one.</summary>
    static abstract int Size { get; }

    /// <summary>A vector of them as floats.</summary>
    static abstract TVector Load<TSimd, TVector>(byte* source)
        where TSimd : ISimd<TVector>
        where TVector : struct;
}
