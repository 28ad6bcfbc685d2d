namespace Sgl.Engine.Cache;

/// <summary>
/// One edge of a <see cref="RadixTree"/>: a run of tokens that follow the parent's, and the slots of their keys and
/// values. It stands for the whole path from its root: when it is split, it stays the lower part.
/// </summary>
internal sealed class RadixNode
{
    private Dictionary<int, RadixNode>? _children;

    /// <summary>A root: no tokens, only children.</summary>
    public RadixNode(int space) => Space = space;

    /// <summary>A new leaf below <paramref name="parent"/>.</summary>
    public RadixNode(RadixNode parent, ReadOnlySpan<int> tokens, ReadOnlySpan<int> slots)
    {
        Space = parent.Space;
        Parent = parent;
        Tokens = tokens.ToArray();
        Slots = slots.ToArray();
        End = parent.End + tokens.Length;
        parent.Attach(this);
    }

    /// <summary>The namespace whose root it hangs below.</summary>
    public int Space { get; }

    public RadixNode? Parent { get; private set; }

    public ReadOnlyMemory<int> Tokens { get; private set; }

    public ReadOnlyMemory<int> Slots { get; private set; }

    /// <summary>Tokens from the root to the end of this node.</summary>
    public int End { get; private set; }

    /// <summary>How many holders keep this node, or one below it, from being evicted.</summary>
    public int LockCount { get; set; }

    /// <summary>When its path was last let go, in ticks of the tree's clock.</summary>
    public long LastAccess { get; set; }

    public int Length => Tokens.Length;

    public bool IsLeaf => _children is null or { Count: 0 };

    public IReadOnlyCollection<RadixNode> Children => _children is null ? [] : _children.Values;

    public RadixNode? Child(int firstToken) => _children?.GetValueOrDefault(firstToken);

    /// <summary>
    /// Puts the first <paramref name="keep"/> tokens into a new node above this one, and returns that.
    /// </summary>
    public RadixNode SplitAt(int keep)
    {
        RadixNode upper = new(Parent!, Tokens.Span[..keep], Slots.Span[..keep])
        {
            LockCount = LockCount,
            LastAccess = LastAccess,
        };
        Tokens = Tokens[keep..].ToArray();
        Slots = Slots[keep..].ToArray();
        Parent = upper;
        upper.Attach(this);
        return upper;
    }

    /// <summary>Drops the last tokens of a leaf.</summary>
    public void TrimEnd(int count)
    {
        Tokens = Tokens[..^count];
        Slots = Slots[..^count];
        End -= count;
    }

    public void Detach(int firstToken) => _children!.Remove(firstToken);

    private void Attach(RadixNode child) => (_children ??= [])[child.Tokens.Span[0]] = child;
}
