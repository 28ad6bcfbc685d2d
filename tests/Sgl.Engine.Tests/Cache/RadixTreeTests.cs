using Sgl.Engine.Cache;

namespace Sgl.Engine.Tests.Cache;

public sealed class RadixTreeTests
{
    private readonly TokenPool _pool = new(64);
    private readonly RadixTree _tree;

    public RadixTreeTests() => _tree = new RadixTree(_pool);

    [Fact]
    public void AnEmptyTreeMatchesNothing()
    {
        Assert.Equal(0, _tree.Match(0, [1, 2]).End);
        Assert.Equal((null, 0), _tree.Find(7, [1, 2]));
    }

    [Fact]
    public void FindsTheLongestPrefixAndItsSlots()
    {
        int[] slots = Insert(0, 1, 2, 3, 4);
        RadixNode node = _tree.Match(0, [1, 2, 3, 9]);
        Assert.Equal(3, node.End);
        Assert.Equal(slots[..3], SlotsOf(node));
    }

    [Fact]
    public void FindDoesNotSplit()
    {
        Insert(0, 1, 2, 3, 4);
        (RadixNode? node, int length) = _tree.Find(0, [1, 2, 9]);
        Assert.Equal(2, length);
        Assert.Equal(4, node!.End);
    }

    [Fact]
    public void SplittingKeepsTheNodeOfALongerPath()
    {
        Insert(0, 1, 2, 3, 4);
        RadixNode whole = _tree.Match(0, [1, 2, 3, 4]);
        RadixNode part = _tree.Match(0, [1, 2]);
        Assert.Equal(4, whole.End);
        Assert.Equal(2, whole.Length);
        Assert.Same(part, whole.Parent);
    }

    [Fact]
    public void InsertingWhatIsThereFreesTheGivenSlotsAndGivesTheTreesOwn()
    {
        int[] first = Insert(0, 1, 2, 3);
        int[] second = Insert(0, 1, 2, 7);
        Assert.Equal(first[..2], second[..2]);
        Assert.Equal(64 - 4, _pool.FreeCount);
        Assert.Equal(4, _tree.EvictableTokens);
    }

    [Fact]
    public void NamespacesShareNothing()
    {
        Insert(1, 5, 6);
        Assert.Equal(0, _tree.Match(2, [5, 6]).End);
        Assert.Equal(2, _tree.Match(1, [5, 6]).End);
    }

    [Fact]
    public void EvictsTheLeafThatWasLetGoFirst()
    {
        Insert(0, 1, 1, 1);
        Insert(0, 2, 2, 2);
        Touch(0, 1, 1, 1);
        _tree.Evict(3);
        Assert.Equal(3, _tree.Find(0, [1, 1, 1]).Length);
        Assert.Equal(0, _tree.Find(0, [2, 2, 2]).Length);
    }

    [Fact]
    public void EvictsOnlyAsMuchAsIsAskedFor()
    {
        Insert(0, 1, 2, 3, 4);
        _tree.Evict(1);
        Assert.Equal(3, _tree.Find(0, [1, 2, 3, 4]).Length);
        Assert.Equal(61, _pool.FreeCount);
    }

    [Fact]
    public void WhatIsLockedStays()
    {
        Insert(0, 1, 2, 3, 4);
        RadixNode held = _tree.Match(0, [1, 2]);
        _tree.Lock(held);
        Assert.Equal((2, 2), (_tree.EvictableTokens, _tree.LockedTokens));
        _tree.Evict(64);
        Assert.Equal(2, _tree.Find(0, [1, 2, 3, 4]).Length);
        _tree.Unlock(held);
        _tree.Evict(64);
        Assert.Equal(64, _pool.FreeCount);
        Assert.Equal((null, 0), _tree.Find(0, [1]));
    }

    [Fact]
    public void AParentBecomesEvictableWithItsLastChild()
    {
        Insert(0, 1, 2, 3);
        Insert(0, 1, 2, 4);
        _tree.Evict(2);
        Assert.Equal(2, _tree.Find(0, [1, 2, 3]).Length);
        _tree.Evict(2);
        Assert.Equal(0, _tree.EvictableTokens);
    }

    [Fact]
    public void ALockedRootOutlivesItsLastLeaf()
    {
        RadixNode root = _tree.Match(0, []);
        _tree.Lock(root);
        Insert(0, 1, 2);
        _tree.Evict(2);
        int[] slots = Allocate(2);
        _tree.Insert(root, [3, 4], slots);
        Assert.Equal(2, _tree.Find(0, [3, 4]).Length);
    }

    private int[] Allocate(int count)
    {
        int[] slots = new int[count];
        _pool.Allocate(slots);
        return slots;
    }

    private int[] Insert(int space, params int[] tokens)
    {
        int[] slots = Allocate(tokens.Length);
        _tree.Insert(_tree.Match(space, []), tokens, slots);
        return slots;
    }

    private void Touch(int space, params int[] tokens)
    {
        RadixNode node = _tree.Match(space, tokens);
        _tree.Lock(node);
        _tree.Unlock(node);
    }

    private static int[] SlotsOf(RadixNode node)
    {
        int[] slots = new int[node.End];
        RadixTree.CopySlots(node, slots);
        return slots;
    }
}
