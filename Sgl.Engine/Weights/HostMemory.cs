using System.Runtime.InteropServices;
using Sgl.Engine.Execution;

namespace Sgl.Engine.Weights;

/// <summary>Tensors in memory of their own, for sources that no file holds; they live until it is disposed.</summary>
internal sealed unsafe class HostMemory : IDisposable
{
    private const nuint CacheLine = 64;
    private readonly List<nint> _blocks = [];

    /// <summary>Contents are undefined.</summary>
    /// <param name="shape">A vector becomes [1, n].</param>
    public CheckpointTensor Allocate(string name, IReadOnlyList<int> shape, DataType type)
    {
        int columns = shape[^1];
        int rows = shape.SkipLast(1).Aggregate(1, (product, size) => checked(product * size));
        var tensor = new Tensor(0, type, rows, columns);
        nuint bytes = (nuint)rows * (nuint)columns * (nuint)tensor.ElementSize;
        var block = (nint)NativeMemory.AlignedAlloc(bytes, CacheLine);
        _blocks.Add(block);
        return new(name, shape, tensor with { Address = block });
    }

    public void Dispose()
    {
        foreach (nint block in _blocks)
            NativeMemory.AlignedFree((void*)block);
        _blocks.Clear();
    }
}
