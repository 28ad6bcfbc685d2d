namespace Sgl.Engine.Execution;

/// <summary>
/// A matrix in the memory of the device that made it: [Rows, Columns], row r beginning at element r * Stride. A view:
/// it owns nothing, and lives as long as the arena, pool or file it looks into.
/// </summary>
/// <param name="Address">Of element [0, 0], in the device's own address space.</param>
/// <param name="Stride">Elements from one row to the next; Columns when rows are contiguous.</param>
public readonly record struct Tensor(nint Address, DataType Type, int Rows, int Columns, int Stride)
{
    public Tensor(nint address, DataType type, int rows, int columns)
        : this(address, type, rows, columns, columns)
    {
    }

    public int ElementSize => Type == DataType.Float32 ? 4 : 2;

    public bool IsContiguous => Stride == Columns;

    public Tensor SliceRows(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start + (uint)count, (uint)Rows);
        return this with { Address = Address + (nint)start * Stride * ElementSize, Rows = count };
    }

    public Tensor SliceColumns(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start + (uint)count, (uint)Columns);
        return this with { Address = Address + (nint)start * ElementSize, Columns = count };
    }

    /// <summary>Row <paramref name="row"/> of a Float32 tensor in host memory.</summary>
    public unsafe Span<float> Row(int row)
    {
        if (Type != DataType.Float32)
            throw new InvalidOperationException($"Row reads Float32 tensors; this one is {Type}.");
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows);
        return new Span<float>((float*)Address + (nint)row * Stride, Columns);
    }
}
