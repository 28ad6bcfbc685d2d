using Sgl.Engine.Execution;
using Sgl.Engine.Weights;

namespace Sgl.Cuda.Memory;

/// <summary>
/// Weights through pinned memory to the device. Two buffers take turns: the host reads the file into one, over several
/// cores and converting as it goes, while the device copies from the other.
/// </summary>
internal sealed class WeightUploader : IDisposable
{
    private const int BufferBytes = 32 << 20;
    private const int SliceElements = 1 << 20;
    private readonly CudaContext _context;
    private readonly nint[] _buffers;
    private readonly CudaEvent[] _copied;
    private int _turn;

    public WeightUploader(CudaContext context)
    {
        _context = context;
        _buffers = [context.AllocatePinned(BufferBytes), context.AllocatePinned(BufferBytes)];
        _copied = [new CudaEvent(context), new CudaEvent(context)];
    }

    /// <summary>Copies a contiguous host matrix; returns when the host may forget it.</summary>
    /// <param name="target">Device memory for the same elements as <paramref name="to"/>.</param>
    public void Upload(Tensor source, nint target, DataType to)
    {
        int elementBytes = to == DataType.Float32 ? 4 : 2;
        long count = (long)source.Rows * source.Columns;
        long perBuffer = BufferBytes / elementBytes;
        for (long start = 0; start < count; start += perBuffer)
        {
            long part = Math.Min(perBuffer, count - start);
            nint buffer = _buffers[_turn];
            _copied[_turn].Synchronize();
            int slices = (int)((part + SliceElements - 1) / SliceElements);
            Parallel.For(0, slices, slice =>
            {
                long first = (long)slice * SliceElements;
                ElementConversion.Convert(
                    source.Address + (nint)((start + first) * source.ElementSize), source.Type,
                    buffer + (nint)(first * elementBytes), to, Math.Min(SliceElements, part - first));
            });
            _context.CopyToDevice(target + (nint)(start * elementBytes), buffer, part * elementBytes);
            _copied[_turn].Record();
            _turn ^= 1;
        }
    }

    public void Dispose()
    {
        _context.Synchronize();
        foreach (nint buffer in _buffers)
            _context.FreePinned(buffer);
        foreach (CudaEvent copied in _copied)
            copied.Dispose();
    }
}
