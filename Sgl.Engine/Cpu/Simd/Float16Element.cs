using System.Runtime.CompilerServices;

namespace Sgl.Engine.Cpu.Simd;

internal readonly unsafe struct Float16Element : IElement
{
    public static int Size => sizeof(ushort);

    public static int PrefetchBytes => 2048;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TSimd, TVector>(byte* source)
        where TSimd : ISimd<TVector>
        where TVector : struct => TSimd.LoadFloat16((ushort*)source);
}
