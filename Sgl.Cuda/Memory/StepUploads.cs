namespace Sgl.Cuda.Memory;

/// <summary>
/// Small arrays on their way to the device. What is added lies one behind the other in pinned memory and goes up in one
/// copy a flush. Two halves take turns, a step each: the host fills one while the device may still copy from the other.
/// </summary>
internal sealed unsafe class StepUploads : IDisposable
{
    private const int Alignment = 256;
    private const long LeastBytes = 1 << 20;
    private readonly CudaContext _context;
    private readonly Half[] _halves;
    private int _turn;

    public StepUploads(CudaContext context)
    {
        _context = context;
        _halves = [new Half(context), new Half(context)];
    }

    /// <summary>Starts a step: everything that was added two steps ago is void.</summary>
    public void Reset()
    {
        _halves[_turn].Done.Record();
        _turn ^= 1;
        _halves[_turn].Reset();
    }

    /// <summary>Room for an array of this step; the host fills it before <see cref="Flush"/>.</summary>
    public Span<T> Add<T>(int count, out nint device) where T : unmanaged
    {
        Block block = _halves[_turn].Room((long)count * sizeof(T));
        Span<T> room = new((byte*)block.Host + block.Used, count);
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
        foreach (Block block in _halves[_turn].Blocks)
        {
            nint sent = (nint)block.Sent;
            if (block.Used > sent)
                _context.CopyToDevice(block.Device + sent, block.Host + sent, block.Used - sent);
            block.Sent = block.Used;
        }
    }

    public void Dispose()
    {
        foreach (Half half in _halves)
            half.Dispose();
    }

    private sealed class Block(CudaContext context, long bytes)
    {
        public nint Host { get; } = context.AllocatePinned(bytes);
        public nint Device { get; } = context.Allocate(bytes);
        public long Bytes { get; } = bytes;
        public long Used { get; set; }
        public long Sent { get; set; }
    }

    private sealed class Half(CudaContext context) : IDisposable
    {
        public List<Block> Blocks { get; } = [];

        /// <summary>Set in the stream when the step that filled this half was enqueued whole.</summary>
        public CudaEvent Done { get; } = new(context);

        public Block Room(long bytes)
        {
            // Blocks are filled in order, so that a step's addresses repeat.
            if (Blocks.Count == 0 || Blocks[^1].Used + bytes > Blocks[^1].Bytes)
                Blocks.Add(new Block(context, Math.Max(LeastBytes, 2 * bytes)));
            return Blocks[^1];
        }

        /// <summary>Keeps the last block, which is the largest.</summary>
        public void Reset()
        {
            Done.Synchronize();
            while (Blocks.Count > 1)
            {
                Free(Blocks[0]);
                Blocks.RemoveAt(0);
            }
            foreach (Block block in Blocks)
                (block.Used, block.Sent) = (0, 0);
        }

        public void Dispose()
        {
            Blocks.ForEach(Free);
            Blocks.Clear();
            Done.Dispose();
        }

        private void Free(Block block)
        {
            context.FreePinned(block.Host);
            context.Free(block.Device);
        }
    }
}
