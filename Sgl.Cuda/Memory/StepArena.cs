namespace Sgl.Cuda.Memory;

/// <summary>
/// Device memory handed out piece by piece and taken back all at once. The same requests in the same order get the same
/// addresses once the arena has seen its largest step: it then is one block.
/// </summary>
/// <param name="allocate">Bytes → address.</param>
/// <param name="free">Takes an address back once the device is done with it.</param>
/// <param name="chunkBytes">Least size of a block.</param>
internal sealed class StepArena(Func<long, nint> allocate, Action<nint> free, long chunkBytes) : IDisposable
{
    private const long Alignment = 256;
    private readonly List<(nint Address, long Bytes)> _chunks = [];
    private int _current;
    private long _used;

    /// <summary>Bytes of all blocks.</summary>
    public long Capacity => _chunks.Sum(chunk => chunk.Bytes);

    /// <summary>A piece at an address divisible by 256; contents are undefined.</summary>
    public nint Take(long bytes)
    {
        bytes = Math.Max(Alignment, (bytes + Alignment - 1) / Alignment * Alignment);
        for (; _current < _chunks.Count; _current++, _used = 0)
        {
            (nint address, long size) = _chunks[_current];
            if (_used + bytes > size)
                continue;
            _used += bytes;
            return address + (nint)(_used - bytes);
        }
        long needed = Math.Max(bytes, chunkBytes);
        _chunks.Add((allocate(needed), needed));
        _used = bytes;
        return _chunks[^1].Address;
    }

    /// <summary>Takes every piece back; several blocks become one.</summary>
    public void Reset()
    {
        if (_chunks.Count > 1)
        {
            long all = Capacity;
            Dispose();
            _chunks.Add((allocate(all), all));
        }
        (_current, _used) = (0, 0);
    }

    public void Dispose()
    {
        foreach ((nint address, _) in _chunks)
            free(address);
        _chunks.Clear();
        (_current, _used) = (0, 0);
    }
}
