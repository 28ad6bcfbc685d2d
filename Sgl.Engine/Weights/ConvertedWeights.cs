using Sgl.Engine.Execution;

namespace Sgl.Engine.Weights;

/// <summary>Another source's tensors in one type: those that have it already stay where they are.</summary>
internal sealed class ConvertedWeights(IWeightSource source, DataType type) : IWeightSource
{
    private const int ChunkElements = 1 << 16;
    private readonly HostMemory _memory = new();

    public CheckpointTensor Read(string name, params ReadOnlySpan<int> shape)
    {
        CheckpointTensor original = source.Read(name, shape);
        if (original.Data.Type == type)
            return original;
        CheckpointTensor converted = _memory.Allocate(name, original.Shape, type);
        Convert(original.Data, converted.Data);
        return converted;
    }

    public void EnsureAllRead() => source.EnsureAllRead();

    public void Dispose()
    {
        _memory.Dispose();
        source.Dispose();
    }

    private static void Convert(Tensor from, Tensor to)
    {
        long elements = (long)from.Rows * from.Columns;
        Parallel.For(0, (elements + ChunkElements - 1) / ChunkElements, chunk =>
        {
            long start = chunk * ChunkElements;
            ElementConversion.Convert(
                from.Address + (nint)(start * from.ElementSize), from.Type,
                to.Address + (nint)(start * to.ElementSize), to.Type, Math.Min(ChunkElements, elements - start));
        });
    }
}
