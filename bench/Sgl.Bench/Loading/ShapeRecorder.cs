using System.Runtime.InteropServices;
using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Weights;

namespace Sgl.Bench.Loading;

/// <summary>Lets a model be built of nothing, to learn which tensors it reads.</summary>
internal sealed unsafe class ShapeRecorder : IWeightSource
{
    private readonly List<(string Name, int[] Shape)> _tensors = [];
    private readonly List<nint> _vectors = [];

    /// <summary>Names and shapes of all tensors of a model, in the order in which it reads them.</summary>
    public static IReadOnlyList<(string Name, int[] Shape)> TensorsOf(ModelConfig config)
    {
        using ShapeRecorder recorder = new();
        // The CPU leaves weights where they are, so it does not matter that they are nowhere.
        using CpuOps ops = new(threads: 1);
        ModelCatalog.Build(config, recorder, ops);
        return recorder._tensors;
    }

    /// <summary>Vectors are zeros, since models may join them; matrices have no memory.</summary>
    public CheckpointTensor Read(string name, params ReadOnlySpan<int> shape)
    {
        int[] sizes = shape.ToArray();
        _tensors.Add((name, sizes));
        int rows = sizes.SkipLast(1).Aggregate(1, (product, size) => product * size);
        nint address = 0;
        if (sizes.Length == 1)
            _vectors.Add(address = (nint)NativeMemory.AllocZeroed((nuint)sizes[0], sizeof(ushort)));
        return new CheckpointTensor(name, sizes, new Tensor(address, DataType.BFloat16, rows, sizes[^1]));
    }

    public void EnsureAllRead()
    {
        // Whatever is asked for is there.
    }

    public void Dispose()
    {
        foreach (nint vector in _vectors)
            NativeMemory.Free((void*)vector);
        _vectors.Clear();
    }
}
