namespace Sgl.Engine.Cache;

/// <summary>Hands out the KV pool's slots 0 … Capacity - 1; one slot takes the keys and values of one token.</summary>
internal sealed class TokenPool
{
    private readonly int[] _free;
    private readonly bool[] _used;

    public TokenPool(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _free = new int[capacity];
        _used = new bool[capacity];
        Reset();
    }

    public int Capacity => _free.Length;

    public int FreeCount { get; private set; }

    /// <summary>Fills <paramref name="slots"/> with free slots, ascending as far as the pool is unfragmented.</summary>
    /// <exception cref="InvalidOperationException">Fewer are free.</exception>
    public void Allocate(Span<int> slots)
    {
        if (slots.Length > FreeCount)
            throw new InvalidOperationException(
                $"{slots.Length} slots were asked for, {FreeCount} of {Capacity} are free.");
        foreach (ref int slot in slots)
        {
            slot = _free[--FreeCount];
            _used[slot] = true;
        }
    }

    /// <exception cref="InvalidOperationException">A slot is free already: two owners believed it theirs.</exception>
    public void Free(ReadOnlySpan<int> slots)
    {
        for (int i = slots.Length - 1; i >= 0; i--)
        {
            int slot = slots[i];
            if (!_used[slot])
                throw new InvalidOperationException($"Slot {slot} is freed twice.");
            _used[slot] = false;
            _free[FreeCount++] = slot;
        }
    }

    /// <summary>Makes every slot free, whoever held it.</summary>
    public void Reset()
    {
        Array.Clear(_used);
        FreeCount = Capacity;
        for (int i = 0; i < Capacity; i++)
            _free[i] = Capacity - 1 - i;
    }
}
