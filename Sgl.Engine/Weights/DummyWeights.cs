using Sgl.Engine.Execution;

namespace Sgl.Engine.Weights;

/// <summary>
/// Random weights of whatever shape is asked for, the same for the same name. Norms are 1, all else lies around 0.
/// </summary>
/// <param name="deviation">Standard deviation.</param>
internal sealed unsafe class DummyWeights(DataType type, double deviation) : IWeightSource
{
    // A prime, so that the rows of a matrix begin at different places of the pool.
    private const int PoolElements = 1_048_573;

    private readonly HostMemory _memory = new();
    private readonly byte[] _pool = MakePool(type, deviation);

    /// <summary>Copies from a pool of random numbers, beginning where the name says: as fast as memory.</summary>
    public CheckpointTensor Read(string name, params ReadOnlySpan<int> shape)
    {
        CheckpointTensor tensor = _memory.Allocate(name, shape.ToArray(), type);
        bool isNorm = shape.Length == 1 && name.EndsWith(".weight", StringComparison.Ordinal);
        if (isNorm)
            FillWithOnes(tensor.Data);
        else
            Fill(tensor.Data, name);
        return tensor;
    }

    /// <summary>Nothing was there to be read.</summary>
    public void EnsureAllRead()
    {
    }

    public void Dispose() => _memory.Dispose();

    private void Fill(Tensor data, string name)
    {
        uint start = Hash(name) % PoolElements;
        long elements = (long)data.Rows * data.Columns;
        Parallel.For(0, (elements + PoolElements - 1) / PoolElements, chunk =>
        {
            long begin = chunk * PoolElements;
            var target = new Span<byte>(
                (byte*)data.Address + begin * data.ElementSize,
                (int)Math.Min(PoolElements, elements - begin) * data.ElementSize);
            ReadOnlySpan<byte> head = _pool.AsSpan((int)start * data.ElementSize);
            head = head[..Math.Min(head.Length, target.Length)];
            head.CopyTo(target);
            _pool.AsSpan(0, target.Length - head.Length).CopyTo(target[head.Length..]);
        });
    }

    private static void FillWithOnes(Tensor data)
    {
        var values = new float[data.Columns];
        Array.Fill(values, 1);
        ElementConversion.Write(values, data.Type, data.Address);
    }

    /// <summary>Uniform numbers: the width of a uniform distribution is sqrt(12) deviations.</summary>
    private static byte[] MakePool(DataType type, double deviation)
    {
        var random = new Random(1);
        var values = new float[PoolElements];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)((random.NextDouble() - 0.5) * Math.Sqrt(12) * deviation);
        var pool = new byte[PoolElements * new Tensor(0, type, 1, 1).ElementSize];
        fixed (byte* address = pool)
            ElementConversion.Write(values, type, (nint)address);
        return pool;
    }

    /// <summary>FNV-1a: string.GetHashCode differs from run to run.</summary>
    private static uint Hash(string name)
    {
        uint hash = 2166136261;
        foreach (char c in name)
            hash = (hash ^ c) * 16777619;
        return hash;
    }
}
