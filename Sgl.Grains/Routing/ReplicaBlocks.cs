using Sgl.Engine.Cache;

namespace Sgl.Grains.Routing;

/// <summary>
/// Which prefix blocks one replica has, as its numbered changes tell. Who misses a change knows nothing for sure any
/// more: until a snapshot comes it goes on with what it has, and keeps what it hears.
/// </summary>
internal sealed class ReplicaBlocks(TimeProvider time)
{
    /// <summary>Changes kept while a snapshot is on its way; when more come, the next snapshot is asked for.</summary>
    public const int MaxWaiting = 4096;

    private readonly HashSet<ulong> _blocks = [];
    private readonly RecentBlocks _recent = new(time);
    private readonly Queue<CacheChange> _waiting = [];
    private long _number = -1;

    public int Count => _blocks.Count;

    /// <summary>A change was missed, or none was ever seen: only a snapshot helps.</summary>
    public bool WantsSnapshot { get; private set; } = true;

    /// <returns>False when a snapshot is wanted.</returns>
    public bool Apply(CacheChange change)
    {
        if (change.Number <= _number)
            return !WantsSnapshot;
        WantsSnapshot |= change.Number != _number + 1;
        if (WantsSnapshot)
            Keep(change);
        else
            Take(change);
        return !WantsSnapshot;
    }

    /// <returns>False when another snapshot is wanted.</returns>
    public bool Reset(CacheSnapshot snapshot)
    {
        // A snapshot that the changes have overtaken is old news.
        if (snapshot.Number < _number)
            return !WantsSnapshot;
        _blocks.Clear();
        _blocks.UnionWith(snapshot.Blocks);
        _number = snapshot.Number;
        WantsSnapshot = false;
        CacheChange[] later = [.. _waiting];
        _waiting.Clear();
        foreach (CacheChange change in later)
            Apply(change);
        return !WantsSnapshot;
    }

    /// <summary>It will have these soon: a prompt was just sent there.</summary>
    public void Expect(ReadOnlySpan<ulong> blocks) => _recent.Add(blocks[Match(blocks)..]);

    /// <summary>How many of the first <paramref name="blocks"/> it has, or will have soon.</summary>
    public int Match(ReadOnlySpan<ulong> blocks)
    {
        // Whoever has a block has those before it: look for the first that is missing.
        _recent.Forget();
        if (blocks.IsEmpty || !Contains(blocks[0]))
            return 0;
        int has = 1;
        int lacks = blocks.Length + 1;
        while (lacks - has > 1)
        {
            int middle = (has + lacks) / 2;
            if (Contains(blocks[middle - 1]))
                has = middle;
            else
                lacks = middle;
        }
        return has;
    }

    private bool Contains(ulong block) => _blocks.Contains(block) || _recent.Contains(block);

    private void Take(CacheChange change)
    {
        if (change.Cleared)
            _blocks.Clear();
        _blocks.ExceptWith(change.Removed);
        _blocks.UnionWith(change.Added);
        _number = change.Number;
    }

    private void Keep(CacheChange change)
    {
        if (_waiting.Count == MaxWaiting)
            _waiting.Dequeue();
        _waiting.Enqueue(change);
    }
}
