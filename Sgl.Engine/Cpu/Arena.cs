using System.Runtime.InteropServices;

namespace Sgl.Engine.Cpu;

/// <summary>
/// Native memory handed out piece by piece and taken back all at once. Grows by chunks that never move, so pieces stay
/// where they are until <see cref="Reset"/>.
/// </summary>
internal sealed unsafe class Arena(nuint chunkBytes) : IDisposable
{
    private const nuint Alignment = 64;
    private readonly List<(nint Address, nuint Bytes)> _chunks = [];
    private int _current;
    private nuint _used;

    /// <summary>Bytes of all chunks.</summary>
    public long Capacity { get; private set; }

    /// <summary>A piece of at least this many bytes on a cache line of its own; contents are undefined.</summary>
    public nint Take(nuint bytes)
    {
        bytes = (bytes + Alignment - 1) & ~(Alignment - 1);
        for (; _current < _chunks.Count; _current++, _used = 0)
        {
            var chunk = _chunks[_current];
            if (bytes <= chunk.Bytes - _used)
            {
                nint piece = chunk.Address + (nint)_used;
                _used += bytes;
                return piece;
            }
        }

        nuint size = Math.Max(bytes, chunkBytes);
        nint address = (nint)NativeMemory.AlignedAlloc(size, Alignment);
        _chunks.Add((address, size));
        Capacity += (long)size;
        _used = bytes;
        return address;
    }

    /// <summary>Takes every piece back and keeps the memory.</summary>
    public void Reset() => (_current, _used) = (0, 0);

    public void Dispose()
    {
        foreach (var (address, _) in _chunks)
            NativeMemory.AlignedFree((void*)address);
        _chunks.Clear();
        Capacity = 0;
        Reset();
    }
}
