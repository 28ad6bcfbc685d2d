using System.Runtime.InteropServices;
using Sgl.Engine.Execution;
using Sgl.Engine.Weights;

namespace Sgl.Cuda.Parity;

/// <summary>
/// Random weights of any shape, all of them views of one buffer: made at once, and large only on the device.
/// </summary>
internal sealed unsafe class SharedWeights : IWeightSource
{
    private const int PoolElements = 1 << 24;
    private const double Deviation = 0.02;
    private readonly long _elements;
    private readonly ushort* _values;
    private readonly ushort* _ones;

    /// <param name="elements">Of the largest tensor.</param>
    public SharedWeights(long elements)
    {
        _elements = elements;
        _values = (ushort*)NativeMemory.Alloc((nuint)elements, sizeof(ushort));
        _ones = (ushort*)NativeMemory.Alloc(1 << 16, sizeof(ushort));
        new Span<ushort>(_ones, 1 << 16).Fill(0x3F80);
        Random random = new(1);
        for (long i = 0; i < Math.Min(elements, PoolElements); i++)
        {
            float value = (float)((random.NextDouble() - 0.5) * Math.Sqrt(12) * Deviation);
            _values[i] = (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
        }
        Parallel.For(1, (elements + PoolElements - 1) / PoolElements, chunk =>
        {
            long start = chunk * PoolElements, bytes = Math.Min(PoolElements, elements - start) * sizeof(ushort);
            Buffer.MemoryCopy(_values, _values + start, bytes, bytes);
        });
    }

    public CheckpointTensor Read(string name, params ReadOnlySpan<int> shape)
    {
        int columns = shape[^1];
        int rows = shape.Length == 1 ? 1 : shape[0];
        if ((long)rows * columns > _elements)
            throw new ArgumentException($"{name} has more than {_elements} elements.", nameof(shape));
        bool isNorm = shape.Length == 1 && name.EndsWith(".weight", StringComparison.Ordinal);
        nint address = (nint)(isNorm ? _ones : _values);
        return new(name, shape.ToArray(), new Tensor(address, DataType.BFloat16, rows, columns));
    }

    public void EnsureAllRead()
    {
        // Whatever is asked for is there.
    }

    public void Dispose()
    {
        NativeMemory.Free(_values);
        NativeMemory.Free(_ones);
    }
}
