using Sgl.Engine.Execution;

namespace Sgl.Cuda.Memory;

/// <summary>
/// Element types into one another, on the host, while weights pass through pinned memory. Rounds to nearest even.
/// </summary>
internal static unsafe class ElementConversion
{
    /// <param name="source">Elements of <paramref name="from"/>.</param>
    /// <param name="target">Room for as many elements of <paramref name="to"/>.</param>
    public static void Convert(nint source, DataType from, nint target, DataType to, long count)
    {
        if (from == to)
        {
            long bytes = count * (from == DataType.Float32 ? 4 : 2);
            Buffer.MemoryCopy((void*)source, (void*)target, bytes, bytes);
            return;
        }
        for (long i = 0; i < count; i++)
            Write(target, to, i, Read(source, from, i));
    }

    private static float Read(nint address, DataType type, long i) => type switch
    {
        DataType.Float32 => ((float*)address)[i],
        DataType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)((ushort*)address)[i] << 16),
        DataType.Float16 => (float)((Half*)address)[i],
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown element type."),
    };

    private static void Write(nint address, DataType type, long i, float value)
    {
        switch (type)
        {
            case DataType.Float32:
                ((float*)address)[i] = value;
                break;
            case DataType.BFloat16:
                ((ushort*)address)[i] = BFloat16Bits(value);
                break;
            case DataType.Float16:
                ((Half*)address)[i] = (Half)value;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown element type.");
        }
    }

    internal static ushort BFloat16Bits(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
            return (ushort)((bits >> 16) | 0x40);
        return (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }
}
