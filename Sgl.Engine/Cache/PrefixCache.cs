namespace Sgl.Engine.Cache;

/// <summary>
/// The KV pool as the scheduler sees it. A slot is free, cached (in the radix tree, held by no one: evicted when slots
/// run short) or held by a sequence.
/// </summary>
internal sealed class PrefixCache
{
    private readonly TokenPool _pool;
    private readonly RadixTree _tree;
    private readonly bool _sharing;

    /// <param name="capacity">Slots of the pool, one token each.</param>
    /// <param name="sharing">False keeps no radix tree: what a sequence lets go is free at once.</param>
    public PrefixCache(int capacity, bool sharing)
    {
        _pool = new TokenPool(capacity);
        _tree = new RadixTree(_pool);
        _sharing = sharing;
    }

    public int Capacity => _pool.Capacity;

    public int FreeTokens => _pool.FreeCount;

    public int CachedTokens => _tree.EvictableTokens;

    public int HeldTokens => Capacity - AvailableTokens;

    /// <summary>What can be handed out: free slots, and those that eviction makes free.</summary>
    public int AvailableTokens => FreeTokens + CachedTokens;

    /// <summary>Has <paramref name="onChange"/> told of all that changes after the returned snapshot.</summary>
    public CacheSnapshot Watch(Action<CacheChange> onChange)
    {
        TellChanges();
        _tree.Watch ??= new CacheWatch { OnChange = onChange };
        _tree.Watch.OnChange = onChange;
        return new CacheSnapshot(_tree.Watch.Number, _tree.Blocks);
    }

    /// <summary>Tells who watches of what has changed since the last call.</summary>
    public void TellChanges() => _tree.Watch?.Tell();

    /// <summary>
    /// How far <paramref name="tokens"/> are cached, and where in the tree that ends; changes nothing.
    /// </summary>
    public (RadixNode? Node, int Length) Find(int space, ReadOnlySpan<int> tokens) => _tree.Find(space, tokens);

    /// <summary>
    /// Gives a sequence that holds nothing the longest cached beginning of its <paramref name="tokens"/>.
    /// </summary>
    public void Match(KvSlots held, int space, ReadOnlySpan<int> tokens)
    {
        if (!_sharing)
            return;
        RadixNode node = _tree.Match(space, tokens);
        _tree.Lock(node);
        held.Node = node;
        held.Computed = node.End;
        RadixTree.CopySlots(node, held.Append(node.End));
    }

    /// <summary>Gives a sequence slots for its next tokens; the caller has seen that so many are available.</summary>
    public void Grow(KvSlots held, int count)
    {
        _tree.Evict(count - FreeTokens);
        _pool.Allocate(held.Append(count));
    }

    /// <summary>Puts what a sequence has computed into the tree, for others to use; it goes on holding it.</summary>
    /// <param name="tokens">The sequence's tokens, at least as many as are computed.</param>
    public void Share(KvSlots held, ReadOnlySpan<int> tokens)
    {
        if (held.Node is not { } node)
            return;
        Range fresh = held.Shared..held.Computed;
        held.Node = _tree.Insert(node, tokens[fresh], held.Span[fresh]);
        _tree.Lock(held.Node);
        _tree.Unlock(node);
    }

    /// <summary>Takes everything from a sequence: what it has computed stays cached, the rest becomes free.</summary>
    public void Release(KvSlots held, ReadOnlySpan<int> tokens)
    {
        Share(held, tokens);
        _pool.Free(held.Span[held.Shared..]);
        if (held.Node is { } node)
            _tree.Unlock(node);
        held.Clear();
    }

    /// <summary>Evicts everything that no one holds.</summary>
    public void Clear() => _tree.Evict(CachedTokens);

    /// <summary>
    /// Makes every slot free, whoever held it: the way out when the count of slots no longer adds up.
    /// </summary>
    public void Reset()
    {
        _tree.Reset();
        _pool.Reset();
    }
}
