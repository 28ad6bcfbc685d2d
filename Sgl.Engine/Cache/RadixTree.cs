namespace Sgl.Engine.Cache;

/// <summary>
/// The token sequences whose keys and values are in the pool, sharing their common beginnings. What no one holds is
/// evicted from the leaves up, least recently used first. A namespace keeps apart sequences whose keys may not be
/// shared though their tokens are equal. Not safe for concurrent use: the engine's loop owns it.
/// </summary>
internal sealed class RadixTree(TokenPool pool)
{
    private readonly Dictionary<int, RadixNode> _roots = [];

    // The leaves that no one holds. Each tick of the clock stamps one path, and a path has one leaf: no two leaves are
    // equal. An inner node may equal the leaf below it: only leaves may be looked up.
    private readonly SortedSet<RadixNode> _evictable =
        new(Comparer<RadixNode>.Create((a, b) => a.LastAccess.CompareTo(b.LastAccess)));

    private long _clock;

    /// <summary>Told of every block that comes and goes; null when no one wants to know.</summary>
    public CacheWatch? Watch { get; set; }

    /// <summary>Every block there is.</summary>
    public ulong[] Blocks
    {
        get
        {
            List<ulong> blocks = [];
            Stack<RadixNode> nodes = new(_roots.Values);
            while (nodes.TryPop(out RadixNode? node))
            {
                blocks.AddRange(node.Blocks.Span);
                foreach (RadixNode child in node.Children)
                    nodes.Push(child);
            }
            return [.. blocks];
        }
    }

    /// <summary>Tokens that no one holds.</summary>
    public int EvictableTokens { get; private set; }

    /// <summary>Tokens that someone holds.</summary>
    public int LockedTokens { get; private set; }

    /// <summary>
    /// Follows <paramref name="tokens"/> as far as they are cached, and changes nothing. The node is the last one
    /// reached, perhaps only in part; null when the namespace is empty.
    /// </summary>
    public (RadixNode? Node, int Length) Find(int space, ReadOnlySpan<int> tokens)
    {
        RadixNode? node = _roots.GetValueOrDefault(space);
        int length = 0;
        while (length < tokens.Length && node?.Child(tokens[length]) is { } child)
        {
            int common = tokens[length..].CommonPrefixLength(child.Tokens.Span);
            node = child;
            length += common;
            if (common < child.Length)
                break;
        }
        return (node, length);
    }

    /// <summary>
    /// The node that ends where the longest cached beginning of <paramref name="tokens"/> ends; perhaps a root.
    /// </summary>
    public RadixNode Match(int space, ReadOnlySpan<int> tokens)
    {
        (RadixNode? node, int length) = Find(space, tokens);
        if (node is null)
            return _roots[space] = new RadixNode(space);
        return length < node.End ? node.SplitAt(node.Length - (node.End - length)) : node;
    }

    /// <summary>
    /// Lengthens the path of <paramref name="node"/> by <paramref name="tokens"/>, whose keys and values are in
    /// <paramref name="slots"/>. Where the tree had them already, its slots replace the given ones, which become free.
    /// </summary>
    /// <returns>The node that ends with the last token; it is not locked yet.</returns>
    public RadixNode Insert(RadixNode node, ReadOnlySpan<int> tokens, Span<int> slots)
    {
        while (!tokens.IsEmpty && node.Child(tokens[0]) is { } child)
        {
            int common = tokens.CommonPrefixLength(child.Tokens.Span);
            node = common < child.Length ? child.SplitAt(common) : child;
            pool.Free(slots[..common]);
            node.Slots.Span.CopyTo(slots);
            tokens = tokens[common..];
            slots = slots[common..];
        }
        if (tokens.IsEmpty)
            return node;
        if (node.IsLeaf)
            _evictable.Remove(node);
        RadixNode leaf = new(node, tokens, slots) { LastAccess = ++_clock };
        _evictable.Add(leaf);
        EvictableTokens += leaf.Length;
        Watch?.Add(leaf.Blocks.Span);
        return leaf;
    }

    /// <summary>Writes the slots of the node's whole path to <paramref name="slots"/> [node.End].</summary>
    public static void CopySlots(RadixNode node, Span<int> slots)
    {
        for (RadixNode? at = node; at is not null; at = at.Parent)
            at.Slots.Span.CopyTo(slots[(at.End - at.Length)..]);
    }

    /// <summary>Keeps the node's path from being evicted until <see cref="Unlock"/>.</summary>
    public void Lock(RadixNode node)
    {
        for (RadixNode? at = node; at is not null; at = at.Parent)
        {
            if (at.LockCount++ > 0)
                continue;
            if (at.IsLeaf)
                _evictable.Remove(at);
            EvictableTokens -= at.Length;
            LockedTokens += at.Length;
        }
    }

    /// <summary>Lets the node's path go, and notes that it was in use until now.</summary>
    public void Unlock(RadixNode node)
    {
        _clock++;
        for (RadixNode? at = node; at is not null; at = at.Parent)
        {
            at.LastAccess = _clock;
            if (--at.LockCount > 0)
                continue;
            EvictableTokens += at.Length;
            LockedTokens -= at.Length;
            OfferLeaf(at);
        }
    }

    /// <summary>
    /// Frees <paramref name="count"/> slots, or as many as no one holds; a leaf loses its last tokens first.
    /// </summary>
    public void Evict(int count)
    {
        while (count > 0 && _evictable.Min is { } leaf)
        {
            int taken = Math.Min(count, leaf.Length);
            int firstToken = leaf.Tokens.Span[0];
            pool.Free(leaf.Slots.Span[^taken..]);
            ReadOnlySpan<ulong> broken = leaf.TrimEnd(taken);
            Watch?.Remove(broken);
            EvictableTokens -= taken;
            count -= taken;
            if (leaf.Length > 0)
                continue;
            _evictable.Remove(leaf);
            leaf.Parent!.Detach(firstToken);
            OfferLeaf(leaf.Parent);
        }
    }

    /// <summary>Forgets everything without freeing slots, whoever holds what.</summary>
    public void Reset()
    {
        _roots.Clear();
        _evictable.Clear();
        EvictableTokens = LockedTokens = 0;
        Watch?.Clear();
    }

    /// <summary>A node that may have become an unheld leaf becomes evictable; a root without use goes.</summary>
    private void OfferLeaf(RadixNode node)
    {
        if (!node.IsLeaf || node.LockCount > 0)
            return;
        if (node.Parent is null)
            _roots.Remove(node.Space);
        else
            _evictable.Add(node);
    }
}
