using Sgl.Cuda.Memory;
using Sgl.Engine.Execution;
using Sgl.Engine.Requests;
using Sgl.Engine.Weights;

namespace Sgl.Cuda;

public sealed partial class CudaOps
{
    private const long ScratchChunkBytes = 64 << 20;
    private readonly List<nint> _allocations = [];
    private readonly StepArena _scratch;
    private WeightUploader? _uploader;

    public DeviceTraits Traits { get; } = new()
    {
        ChunkedPrefillSize = EngineOptions.GpuChunkedPrefillSize,
        ReservesSteps = true,
        HeadroomBytes = EngineOptions.GpuHeadroomBytes,
    };

    public long AvailableBytes => _context.FreeBytes;

    public long LoadedBytes { get; private set; }

    /// <summary>
    /// Joins the parts into one device tensor of the activation type; the checkpoint may be closed afterwards.
    /// </summary>
    public Weight Load(IReadOnlyList<CheckpointTensor> parts)
    {
        if (parts.Count == 0)
            throw new ArgumentException("A weight needs at least one part.", nameof(parts));
        int columns = parts[0].Data.Columns;
        foreach (CheckpointTensor part in parts)
        {
            if (part.Data.Columns != columns || !part.Data.IsContiguous)
            {
                throw new ArgumentException(
                    $"{part.Name} is [{part.Data.Rows}, {part.Data.Columns}], stride {part.Data.Stride}; expected "
                    + $"contiguous rows of {columns} columns as {parts[0].Name} has.",
                    nameof(parts));
            }
        }
        Tensor joined = Allocate(ActivationType, parts.Sum(part => part.Data.Rows), columns);
        _uploader ??= new WeightUploader(_context);
        int row = 0;
        foreach (CheckpointTensor part in parts)
        {
            _uploader.Upload(part.Data, joined.SliceRows(row, part.Data.Rows).Address, ActivationType);
            row += part.Data.Rows;
        }
        LoadedBytes += (long)joined.Rows * joined.Columns * joined.ElementSize;
        return new Weight([joined]);
    }

    public Tensor Allocate(DataType type, int rows, int columns)
    {
        Tensor shape = new(0, type, rows, columns);
        long bytes = (long)rows * columns * shape.ElementSize;
        nint address = _context.Allocate(bytes);
        _allocations.Add(address);
        _context.Zero(address, bytes);
        return shape with { Address = address };
    }

    public void Begin(Pass pass)
    {
        _context.MakeCurrent();
        // Loading is over when the first step begins: its pinned memory goes back.
        _uploader?.Dispose();
        _uploader = null;
        _uploads.Reset();
        _scratch.Reset();
        _pass = new DevicePass(pass, _uploads, decodesApart: _batchInvariant is null);
    }

    public Tensor Scratch(int rows, int columns) => Scratch(ActivationType, rows, columns);

    public Tensor Scratch(DataType type, int rows, int columns)
    {
        Tensor shape = new(0, type, rows, columns);
        return shape with { Address = _scratch.Take((long)rows * columns * shape.ElementSize) };
    }

    /// <summary>A contiguous tensor's elements on the host; waits for the device.</summary>
    internal unsafe float[] Read(Tensor tensor)
    {
        float[] elements = new float[(long)tensor.Rows * tensor.Columns];
        byte[] bytes = new byte[elements.Length * tensor.ElementSize];
        fixed (byte* source = bytes)
        {
            fixed (float* target = elements)
            {
                _context.CopyToHost((nint)source, tensor.Address, bytes.Length);
                _context.Synchronize();
                ElementConversion.Convert((nint)source, tensor.Type, (nint)target, DataType.Float32, elements.Length);
            }
        }
        return elements;
    }

    /// <summary>Overwrites a contiguous tensor from the host; waits for the device.</summary>
    internal unsafe void Write(Tensor tensor, ReadOnlySpan<float> elements)
    {
        byte[] bytes = new byte[elements.Length * tensor.ElementSize];
        fixed (byte* target = bytes)
        {
            fixed (float* source = elements)
            {
                ElementConversion.Convert((nint)source, DataType.Float32, (nint)target, tensor.Type, elements.Length);
                _context.CopyToDevice(tensor.Address, (nint)target, bytes.Length);
                _context.Synchronize();
            }
        }
    }

    public void Dispose()
    {
        _context.MakeCurrent();
        _context.Synchronize();
        _uploader?.Dispose();
        foreach (RecordedPass recorded in _recorded.Values)
            recorded.Graph.Dispose();
        _sample.Dispose();
        _attention.Dispose();
        _linear.Dispose();
        _rope.Dispose();
        _scratch.Dispose();
        _uploads.Dispose();
        foreach (nint address in _allocations)
            _context.Free(address);
        _allocations.Clear();
        _library.Dispose();
        _context.Dispose();
    }
}
