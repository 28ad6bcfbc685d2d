namespace Sgl.Engine.Cache;

/// <summary>
/// The pool slots of one sequence's tokens, in order of position. Of the Count slots it has, the first Computed have
/// their keys and values (the rest belong to the step under way), and of those the first Shared lie in the radix tree.
/// </summary>
internal sealed class KvSlots
{
    private int[] _slots = [];

    public int Count { get; private set; }

    /// <summary>Tokens whose keys and values are in the pool.</summary>
    public int Computed { get; set; }

    /// <summary>Tokens that lie in the radix tree, locked.</summary>
    public int Shared => Node?.End ?? 0;

    /// <summary>
    /// Where the shared tokens end in the radix tree; null while nothing is held, and without a tree.
    /// </summary>
    public RadixNode? Node { get; set; }

    /// <summary>[Count]</summary>
    public ReadOnlyMemory<int> Memory => _slots.AsMemory(0, Count);

    public Span<int> Span => _slots.AsSpan(0, Count);

    /// <summary>Makes room for more slots, to be filled in by the caller.</summary>
    public Span<int> Append(int count)
    {
        if (Count + count > _slots.Length)
            Array.Resize(ref _slots, Math.Max(Count + count, 2 * _slots.Length));
        Count += count;
        return _slots.AsSpan(Count - count, count);
    }

    public void Clear()
    {
        Count = Computed = 0;
        Node = null;
    }
}
