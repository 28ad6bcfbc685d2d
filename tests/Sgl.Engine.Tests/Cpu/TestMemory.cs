using System.Runtime.InteropServices;
using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;

namespace Sgl.Engine.Tests.Cpu;

/// <summary>Random tensors for one test, and a check that nothing was written around them.</summary>
internal sealed unsafe class TestMemory(int seed) : IDisposable
{
    private const float Guard = 12345;
    private readonly Random _random = new(seed);
    private readonly List<nint> _blocks = [];
    private readonly List<(Tensor Whole, Tensor Inner)> _tensors = [];

    /// <summary>Values uniform in [-scale, scale), rows <paramref name="gap"/> elements apart.</summary>
    public Tensor Random(int rows, int columns, DataType type = DataType.Float32, int gap = 0, float scale = 1)
    {
        Tensor tensor = Blank(rows, columns, type, gap);
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
                Set(tensor, r, c, (_random.NextSingle() * 2 - 1) * scale);
        }

        return tensor;
    }

    /// <summary>A tensor full of guard values, in a wider one: a result's place.</summary>
    public Tensor Blank(int rows, int columns, DataType type = DataType.Float32, int gap = 0)
    {
        // One row and some columns more on every side, all guard values.
        var whole = new Tensor(0, type, rows + 2, columns + gap);
        void* block = NativeMemory.Alloc((nuint)whole.Rows * (nuint)whole.Stride * 4 + 64);
        _blocks.Add((nint)block);
        whole = whole with { Address = (nint)block };
        for (int r = 0; r < whole.Rows; r++)
        {
            for (int c = 0; c < whole.Columns; c++)
                Set(whole, r, c, Guard);
        }

        Tensor inner = whole.SliceRows(1, rows).SliceColumns(gap / 2, columns);
        _tensors.Add((whole, inner));
        return inner;
    }

    /// <summary>The same values in memory of their own, laid out alike.</summary>
    public Tensor Copy(Tensor source)
    {
        Tensor copy = Blank(source.Rows, source.Columns, source.Type, source.Stride - source.Columns);
        for (int r = 0; r < source.Rows; r++)
        {
            for (int c = 0; c < source.Columns; c++)
                Set(copy, r, c, source.Get(r, c));
        }

        return copy;
    }

    public Weight Weight(int rows, int columns, DataType type = DataType.Float32, int parts = 1, float scale = 1)
    {
        var tensors = new List<Tensor>();
        for (int i = 0, start = 0; i < parts; i++)
        {
            int end = (i + 1) * rows / parts;
            if (end > start)
                tensors.Add(Random(end - start, columns, type, gap: 0, scale));
            start = end;
        }

        return new Weight(tensors);
    }

    public int[] Integers(int count, int below) => [.. Enumerable.Range(0, count).Select(_ => _random.Next(below))];

    /// <summary>All guard values around all tensors are as they were.</summary>
    public void AssertNothingWrittenAround()
    {
        foreach (var (whole, inner) in _tensors)
        {
            int left = (int)(inner.Address - whole.Address) / whole.ElementSize - whole.Stride;
            for (int r = 0; r < whole.Rows; r++)
            {
                bool inside = r > 0 && r <= inner.Rows;
                for (int c = 0; c < whole.Columns; c++)
                {
                    if (!inside || c < left || c >= left + inner.Columns)
                        Assert.Equal(Round(whole.Type, Guard), whole.Get(r, c));
                }
            }
        }
    }

    /// <summary>Same shape, and no element further apart than the tolerance; says where.</summary>
    public static void AssertClose(Tensor expected, Tensor actual, double tolerance, string what)
    {
        Assert.Equal((expected.Rows, expected.Columns), (actual.Rows, actual.Columns));
        for (int r = 0; r < expected.Rows; r++)
        {
            for (int c = 0; c < expected.Columns; c++)
            {
                double distance = Math.Abs((double)expected.Get(r, c) - actual.Get(r, c));
                Assert.True(
                    distance <= tolerance,
                    $"{what}: [{r}, {c}] is {actual.Get(r, c)}, not {expected.Get(r, c)}; {distance} > {tolerance}");
            }
        }
    }

    public static void AssertSameBits(Tensor expected, Tensor actual, string what)
    {
        Assert.Equal((expected.Rows, expected.Columns), (actual.Rows, actual.Columns));
        for (int r = 0; r < expected.Rows; r++)
        {
            if (!MemoryMarshal.AsBytes(expected.Row(r)).SequenceEqual(MemoryMarshal.AsBytes(actual.Row(r))))
                Assert.Fail($"{what}: row {r} differs");
        }
    }

    public void Dispose()
    {
        foreach (nint block in _blocks)
            NativeMemory.Free((void*)block);
    }

    private static float Round(DataType type, float value) => type switch
    {
        DataType.BFloat16 => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xFFFF0000),
        DataType.Float16 => (float)(Half)value,
        _ => value,
    };

    private static void Set(Tensor tensor, int row, int column, float value)
    {
        byte* address = (byte*)tensor.Address + ((nint)row * tensor.Stride + column) * tensor.ElementSize;
        switch (tensor.Type)
        {
            case DataType.BFloat16:
                *(ushort*)address = (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
                break;
            case DataType.Float16:
                *(Half*)address = (Half)value;
                break;
            default:
                *(float*)address = value;
                break;
        }
    }
}
