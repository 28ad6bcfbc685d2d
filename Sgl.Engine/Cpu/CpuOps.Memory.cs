using System.Globalization;
using System.Runtime.InteropServices;
using Sgl.Engine.Execution;
using Sgl.Engine.Requests;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    private const nuint CacheLine = 64;
    private readonly List<nint> _allocations = [];
    private readonly Arena _scratch = new(chunkBytes: 1 << 20);
    private Pass? _pass;
    private PassIndices _indices;

    /// <summary>Bytes given by <see cref="Allocate"/> so far.</summary>
    public long AllocatedBytes { get; private set; }

    public DeviceTraits Traits { get; } = new()
    {
        ChunkedPrefillSize = EngineOptions.CpuChunkedPrefillSize,
        PoolContexts = EngineOptions.CpuPoolContexts,
        PoolBytes = EngineOptions.CpuPoolBytesMax,
        UsesWeightsInPlace = true,
    };

    public long LoadedBytes { get; private set; }

    public long AvailableBytes
    {
        get
        {
            // The collector's total is the container's limit where there is one; meminfo tells what others left free.
            var memory = GC.GetGCMemoryInfo();
            return OperatingSystem.IsLinux()
                ? Math.Max(0, Math.Min(memory.TotalAvailableMemoryBytes - Environment.WorkingSet, MemAvailable()))
                : Math.Max(0, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes);
        }
    }

    public bool RunsAhead => false;

    public IReadOnlyList<int> ReplaySizes => [];

    /// <summary>Keeps the parameter where it lies: the checkpoint must stay open as long as the weight is
    /// used.</summary>
    public Weight Load(IReadOnlyList<CheckpointTensor> parts)
    {
        if (parts.Count == 0)
            throw new ArgumentException("A weight needs at least one part.", nameof(parts));
        var first = parts[0];
        foreach (var part in parts)
        {
            if (part.Data.Columns != first.Data.Columns || part.Data.Type != first.Data.Type)
            {
                throw new ArgumentException(
                    $"Parts of a weight must have the same columns and type: {Describe(first)}, but {Describe(part)}.",
                    nameof(parts));
            }
        }

        LoadedBytes += parts.Sum(part => (long)part.Data.Rows * part.Data.Columns * part.Data.ElementSize);
        return new Weight([.. parts.Select(part => part.Data)]);

        static string Describe(CheckpointTensor part) =>
            $"{part.Name} is [{part.Data.Rows}, {part.Data.Columns}] {part.Data.Type}";
    }

    public Tensor Allocate(DataType type, int rows, int columns)
    {
        var shape = new Tensor(0, type, rows, columns);
        nuint bytes = (nuint)rows * (nuint)columns * (nuint)shape.ElementSize;
        // calloc, not aligned_alloc and clear: pages of a large pool then cost nothing until they are used.
        void* block = NativeMemory.AllocZeroed(bytes + CacheLine);
        _allocations.Add((nint)block);
        AllocatedBytes += (long)bytes;
        return shape with { Address = (nint)(((nuint)block + CacheLine - 1) & ~(CacheLine - 1)) };
    }

    public void Begin(Pass pass)
    {
        _scratch.Reset();
        _indices = new PassIndices(pass, _scratch);
        _pass = pass;
    }

    public Tensor Replay(Pass pass, Func<Tensor> forward) => forward();

    public Tensor Scratch(int rows, int columns) => Scratch(ActivationType, rows, columns);

    public Tensor Scratch(DataType type, int rows, int columns)
    {
        var shape = new Tensor(0, type, rows, columns);
        return shape with { Address = _scratch.Take((nuint)rows * (nuint)columns * (nuint)shape.ElementSize) };
    }

    /// <summary>The index arrays of the pass, whose slots all lie in the layer.</summary>
    private PassIndices IndicesOf(Pass pass, KvLayer layer)
    {
        if (!ReferenceEquals(pass, _pass))
            throw new InvalidOperationException("Begin was not called for this pass.");
        Check.Index((int)_indices.HighestSlot, layer.Keys.Rows, "slot");
        return _indices;
    }

    private void FreeMemory()
    {
        foreach (nint address in _allocations)
            NativeMemory.Free((void*)address);
        _allocations.Clear();
        _scratch.Dispose();
        AllocatedBytes = 0;
    }

    private static long MemAvailable()
    {
        const string field = "MemAvailable:";
        foreach (string line in File.ReadLines("/proc/meminfo"))
        {
            if (line.StartsWith(field, StringComparison.Ordinal))
                return 1024 * long.Parse(line[field.Length..].Replace("kB", ""), CultureInfo.InvariantCulture);
        }

        throw new InvalidOperationException("/proc/meminfo has no MemAvailable.");
    }
}
