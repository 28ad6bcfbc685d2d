namespace Sgl.Engine.Cache;

/// <summary>
/// One edge of a <see cref="RadixTree"/>: a run of tokens that follow the parent's, and the slots of their keys and
/// values. It stands for the whole path from its root: when it is split, it stays the lower part.
/// </summary>
internal sealed class RadixNode
{
    private Dictionary<int, RadixNode>? _children;
    private ulong _startHash;

    /// <summary>A root: no tokens, only children.</summary>
    public RadixNode(int space)
    {
        Space = space;
        _startHash = PrefixBlocks.Start(space);
    }

    /// <summary>A new leaf below <paramref name="parent"/>.</summary>
    public RadixNode(RadixNode parent, ReadOnlySpan<int> tokens, ReadOnlySpan<int> slots)
    {
        Space = parent.Space;
        Parent = parent;
        Tokens = tokens.ToArray();
        Slots = slots.ToArray();
        End = parent.End + tokens.Length;
        _startHash = parent.EndHash;
        Blocks = HashBlocks(parent.End, tokens, _startHash);
        parent.Attach(this);
    }

    /// <summary>The namespace whose root it hangs below.</summary>
    public int Space { get; }

    public RadixNode? Parent { get; private set; }

    public ReadOnlyMemory<int> Tokens { get; private set; }

    public ReadOnlyMemory<int> Slots { get; private set; }

    /// <summary>The <see cref="PrefixBlocks"/> that end within this node's tokens.</summary>
    public ReadOnlyMemory<ulong> Blocks { get; private set; }

    /// <summary>Tokens from the root to the end of this node.</summary>
    public int End { get; private set; }

    /// <summary>How many holders keep this node, or one below it, from being evicted.</summary>
    public int LockCount { get; set; }

    /// <summary>When its path was last let go, in ticks of the tree's clock.</summary>
    public long LastAccess { get; set; }

    public int Length => Tokens.Length;

    /// <summary>The hash of all tokens of the path.</summary>
    private ulong EndHash => Blocks.IsEmpty
        ? PrefixBlocks.Extend(_startHash, Tokens.Span)
        : PrefixBlocks.Extend(Blocks.Span[^1], Tokens.Span[^(End % PrefixBlocks.Size)..]);

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
        Blocks = Blocks[upper.Blocks.Length..].ToArray();
        _startHash = upper.EndHash;
        Parent = upper;
        upper.Attach(this);
        return upper;
    }

    /// <summary>Drops the last tokens of a leaf; returns the blocks that are no longer whole.</summary>
    public ReadOnlySpan<ulong> TrimEnd(int count)
    {
        int lost = (End / PrefixBlocks.Size) - ((End - count) / PrefixBlocks.Size);
        ReadOnlySpan<ulong> broken = Blocks.Span[^lost..];
        Tokens = Tokens[..^count];
        Slots = Slots[..^count];
        Blocks = Blocks[..^lost];
        End -= count;
        return broken;
    }

    public void Detach(int firstToken) => _children!.Remove(firstToken);

    private void Attach(RadixNode child) => (_children ??= [])[child.Tokens.Span[0]] = child;

    private static ulong[] HashBlocks(int start, ReadOnlySpan<int> tokens, ulong hash)
    {
        ulong[] blocks = new ulong[((start + tokens.Length) / PrefixBlocks.Size) - (start / PrefixBlocks.Size)];
        int length = PrefixBlocks.Size - (start % PrefixBlocks.Size);
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i] = hash = PrefixBlocks.Extend(hash, tokens[..length]);
            tokens = tokens[length..];
            length = PrefixBlocks.Size;
        }
        return blocks;
    }
}
