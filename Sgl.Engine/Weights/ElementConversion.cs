using Sgl.Engine.Execution;

namespace Sgl.Engine.Weights;

/// <summary>Contiguous elements from one type to another, rounding to nearest even.</summary>
public static unsafe class ElementConversion
{
    private const int ChunkElements = 1 << 12;

    /// <param name="source">Elements of <paramref name="from"/>.</param>
    /// <param name="target">Room for as many elements of <paramref name="to"/>.</param>
    public static void Convert(nint source, DataType from, nint target, DataType to, long count)
    {
        int fromBytes = new Tensor(0, from, 1, 1).ElementSize, toBytes = new Tensor(0, to, 1, 1).ElementSize;
        if (from == to)
        {
            Buffer.MemoryCopy((void*)source, (void*)target, count * toBytes, count * fromBytes);
            return;
        }
        Span<float> values = stackalloc float[(int)Math.Min(count, ChunkElements)];
        for (long start = 0; start < count; start += values.Length)
        {
            Span<float> chunk = values[..(int)Math.Min(values.Length, count - start)];
            Read(source + (nint)(start * fromBytes), from, chunk);
            Write(chunk, to, target + (nint)(start * toBytes));
        }
    }

    /// <summary>Elements of any type as Float32.</summary>
    public static void Read(nint address, DataType type, Span<float> values)
    {
        switch (type)
        {
            case DataType.Float32:
                new ReadOnlySpan<float>((void*)address, values.Length).CopyTo(values);
                break;
            case DataType.BFloat16:
                var bits = (ushort*)address;
                for (int i = 0; i < values.Length; i++)
                    values[i] = BitConverter.UInt32BitsToSingle((uint)bits[i] << 16);
                break;
            case DataType.Float16:
                var halves = (Half*)address;
                for (int i = 0; i < values.Length; i++)
                    values[i] = (float)halves[i];
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown element type.");
        }
    }

    /// <summary>Float32 as elements of any type.</summary>
    public static void Write(ReadOnlySpan<float> values, DataType type, nint address)
    {
        switch (type)
        {
            case DataType.Float32:
                values.CopyTo(new Span<float>((void*)address, values.Length));
                break;
            case DataType.BFloat16:
                var bits = (ushort*)address;
                for (int i = 0; i < values.Length; i++)
                    bits[i] = ToBFloat16(values[i]);
                break;
            case DataType.Float16:
                var halves = (Half*)address;
                for (int i = 0; i < values.Length; i++)
                    halves[i] = (Half)values[i];
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown element type.");
        }
    }

    private static ushort ToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value)
            ? (ushort)(bits >> 16 | 0x40)
            : (ushort)(bits + 0x7FFF + (bits >> 16 & 1) >> 16);
    }
}
