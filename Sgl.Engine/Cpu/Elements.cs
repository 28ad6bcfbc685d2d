using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

/// <summary>One element at a time: how the plain loops read tensors and weights of every type.</summary>
internal static unsafe class Elements
{
    public static float Get(this Tensor tensor, int row, int column)
    {
        byte* address = (byte*)tensor.Address + ((nint)row * tensor.Stride + column) * tensor.ElementSize;
        return tensor.Type switch
        {
            DataType.Float32 => *(float*)address,
            DataType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)*(ushort*)address << 16),
            DataType.Float16 => (float)*(Half*)address,
            _ => throw new ArgumentOutOfRangeException(nameof(tensor), tensor.Type, "Unknown element type."),
        };
    }

    public static float Get(this Weight weight, int row, int column)
    {
        Tensor part = weight.PartOfRow(ref row);
        return part.Get(row, column);
    }

    /// <summary>The part that holds this row; the row becomes the part's own.</summary>
    public static Tensor PartOfRow(this Weight weight, ref int row)
    {
        int original = row;
        foreach (Tensor part in weight.Parts)
        {
            if (row < part.Rows)
                return part;
            row -= part.Rows;
        }

        throw new ArgumentOutOfRangeException(nameof(row), original, $"The weight has {weight.Rows} rows.");
    }
}
