using Sgl.Engine.Cache;

namespace Sgl.Engine.Tests.Cache;

/// <summary>Random matches, inserts, locks and evictions do to the tree what they do to a naive cache.</summary>
public sealed class RadixTreeRandomTests
{
    private const int Capacity = 60;
    private readonly TokenPool _pool = new(Capacity);
    private readonly RadixTree _tree;
    private readonly NaiveCache _naive = new();
    private readonly List<(int Space, int[] Tokens, RadixNode Node)> _held = [];

    public RadixTreeRandomTests() => _tree = new RadixTree(_pool);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void AgreesWithANaiveCache(int seed)
    {
        Random random = new(seed);
        int most = 0;
        for (int i = 0; i < 1500; i++)
        {
            int space = random.Next(2);
            int[] tokens = [.. Enumerable.Range(0, random.Next(1, 11)).Select(_ => random.Next(3))];
            switch (random.Next(12))
            {
                case < 5:
                    Hold(space, tokens);
                    break;
                case < 11 when _held.Count > 0:
                    LetGo(random.Next(_held.Count), lengthen: random.Next(2) == 0, tokens);
                    break;
                default:
                    int count = random.Next(5);
                    _tree.Evict(count);
                    _naive.Evict(count);
                    break;
            }
            Compare(space, tokens);
            most = Math.Max(most, _naive.Count);
        }
        Assert.InRange(most, Capacity / 2, Capacity);
        while (_held.Count > 0)
            LetGo(0, lengthen: false, []);
        _tree.Evict(Capacity);
        Assert.Equal(Capacity, _pool.FreeCount);
        Assert.Equal((0, 0), (_tree.EvictableTokens, _tree.LockedTokens));
    }

    private void Hold(int space, int[] tokens)
    {
        if (_held.Count >= 6)
            return;
        RadixNode node = _tree.Match(space, tokens);
        _tree.Lock(node);
        _naive.Lock(space, tokens[..node.End]);
        _held.Add((space, tokens[..node.End], node));
    }

    private void LetGo(int index, bool lengthen, int[] more)
    {
        (int space, int[] tokens, RadixNode node) = _held[index];
        _held.RemoveAt(index);
        if (lengthen && more.Length <= _pool.FreeCount)
            Lengthen(space, tokens, node, more);
        _tree.Unlock(node);
        _naive.Unlock(space, tokens);
    }

    private void Lengthen(int space, int[] tokens, RadixNode node, int[] more)
    {
        int[] slots = new int[more.Length];
        _pool.Allocate(slots);
        int[] given = [.. slots];
        int freeBefore = _pool.FreeCount;
        int[] whole = [.. tokens, .. more];
        RadixNode end = _tree.Insert(node, more, slots);
        List<int> duplicates = _naive.Insert(space, whole, tokens.Length, given);
        Assert.Equal(freeBefore + duplicates.Count, _pool.FreeCount);
        Assert.Equal(whole.Length, end.End);
        Assert.Equal(_naive.Match(space, whole)[tokens.Length..], slots);
    }

    private void Compare(int space, int[] tokens)
    {
        List<int> expected = _naive.Match(space, tokens);
        Assert.Equal(expected.Count, _tree.Find(space, tokens).Length);
        RadixNode node = _tree.Match(space, tokens);
        int[] slots = new int[node.End];
        RadixTree.CopySlots(node, slots);
        Assert.Equal(expected, slots);
        Assert.Equal(_naive.LockedCount, _tree.LockedTokens);
        Assert.Equal(_naive.Count, _tree.LockedTokens + _tree.EvictableTokens);
        Assert.Equal(Capacity, _pool.FreeCount + _tree.LockedTokens + _tree.EvictableTokens);
    }
}
