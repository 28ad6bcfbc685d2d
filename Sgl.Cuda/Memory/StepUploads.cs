namespace Sgl.Cuda.Memory;

/// <summary>
/// Small arrays on their way to the device. What is added lies one behind the other in pinned memory and goes up in one
/// copy a flush. Pinned memory is there twice, for steps in turn: the host fills one part while the device may still
/// copy from the other. On the device the stream's order lets every step use the same, so a step that adds the same
/// sizes gets the same addresses.
/// </summary>
internal sealed unsafe class StepUploads : IDisposable
{
    private const int Alignment = 256;
    private const long LeastBytes = 4 << 20;
    private readonly CudaContext _context;
    private readonly CudaEvent[] _enqueued;
    private readonly List<Block> _blocks = [];
    private int _turn;

    public StepUploads(CudaContext context)
    {
        _context = context;
        _enqueued = [new CudaEvent(context), new CudaEvent(context)];
    }

    /// <summary>Starts a step: everything that was added before is void.</summary>
    public void Reset()
    {
        _enqueued[_turn].Record();
        _turn ^= 1;
        _enqueued[_turn].Synchronize();
        // The last block is the largest.
        while (_blocks.Count > 1)
        {
            Free(_blocks[0]);
            _blocks.RemoveAt(0);
        }
        foreach (Block block in _blocks)
            (block.Used, block.Sent) = (0, 0);
    }

    /// <summary>Room for an array of this step; the host fills it before <see cref="Flush"/>.</summary>
    public Span<T> Add<T>(int count, out nint device) where T : unmanaged
    {
        Block block = Room((long)count * sizeof(T));
        Span<T> room = new((byte*)block.Host[_turn] + block.Used, count);
        device = block.Device + (nint)block.Used;
        block.Used = (block.Used + (long)count * sizeof(T) + Alignment - 1) / Alignment * Alignment;
        return room;
    }

    /// <returns>Where the copy lies on the device after <see cref="Flush"/>.</returns>
    public nint Add<T>(ReadOnlySpan<T> data) where T : unmanaged
    {
        data.CopyTo(Add<T>(data.Length, out nint device));
        return device;
    }

    /// <summary>Sends what was added since the last flush.</summary>
    public void Flush()
    {
        foreach (Block block in _blocks)
        {
            nint sent = (nint)block.Sent;
            if (block.Used > sent)
                _context.CopyToDevice(block.Device + sent, block.Host[_turn] + sent, block.Used - sent);
            block.Sent = block.Used;
        }
    }

    public void Dispose()
    {
        _blocks.ForEach(Free);
        _blocks.Clear();
        foreach (CudaEvent enqueued in _enqueued)
            enqueued.Dispose();
    }

    private Block Room(long bytes)
    {
        // Blocks are filled in order, so that a step's addresses repeat.
        if (_blocks.Count == 0 || _blocks[^1].Used + bytes > _blocks[^1].Bytes)
            _blocks.Add(new Block(_context, Math.Max(LeastBytes, 2 * bytes)));
        return _blocks[^1];
    }

    private void Free(Block block)
    {
        foreach (nint host in block.Host)
            _context.FreePinned(host);
        _context.Free(block.Device);
    }

    private sealed class Block(CudaContext context, long bytes)
    {
        public nint[] Host { get; } = [context.AllocatePinned(bytes), context.AllocatePinned(bytes)];
        public nint Device { get; } = context.Allocate(bytes);
        public long Bytes { get; } = bytes;
        public long Used { get; set; }
        public long Sent { get; set; }
    }
}
