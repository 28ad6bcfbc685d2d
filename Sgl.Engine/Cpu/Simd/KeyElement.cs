using System.Runtime.CompilerServices;

namespace Sgl.Engine.Cpu.Simd;

/// <summary>Floats of keys: a few, whose neighbours in memory belong to other heads.</summary>
internal readonly unsafe struct KeyElement : IElement
{
    public static int Size => sizeof(float);

    public static int PrefetchBytes => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TSimd, TVector>(byte* source)
        where TSimd : ISimd<TVector>
        where TVector : struct => TSimd.Load((float*)source);
}
