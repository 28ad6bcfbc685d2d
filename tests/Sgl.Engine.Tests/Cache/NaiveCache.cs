namespace Sgl.Engine.Tests.Cache;

/// <summary>What a radix tree means, token by token and without any cleverness: one entry per cached prefix.</summary>
internal sealed class NaiveCache
{
    private readonly Dictionary<string, Entry> _entries = [];
    private long _clock;

    public int Count => _entries.Count;

    public int LockedCount => _entries.Values.Count(entry => entry.Locks > 0);

    public List<int> Match(int space, int[] tokens)
    {
        List<int> slots = [];
        for (int i = 1; i <= tokens.Length && _entries.TryGetValue(Key(space, tokens[..i]), out Entry? entry); i++)
            slots.Add(entry.Slot);
        return slots;
    }

    /// <summary>Returns the slots that were not needed.</summary>
    public List<int> Insert(int space, int[] tokens, int start, int[] slots)
    {
        _clock++;
        List<int> duplicates = [];
        for (int i = start; i < tokens.Length; i++)
        {
            if (!_entries.TryAdd(Key(space, tokens[..(i + 1)]), new Entry { Slot = slots[i - start], Access = _clock }))
                duplicates.Add(slots[i - start]);
        }
        return duplicates;
    }

    public void Lock(int space, int[] tokens)
    {
        for (int i = 1; i <= tokens.Length; i++)
            _entries[Key(space, tokens[..i])].Locks++;
    }

    public void Unlock(int space, int[] tokens)
    {
        _clock++;
        for (int i = 1; i <= tokens.Length; i++)
        {
            Entry entry = _entries[Key(space, tokens[..i])];
            entry.Locks--;
            entry.Access = _clock;
        }
    }

    public void Evict(int count)
    {
        for (; count > 0; count--)
        {
            string[] leaves = [.. _entries.Keys.Where(key => _entries[key].Locks == 0 && IsLeaf(key))];
            if (leaves.Length == 0)
                return;
            _entries.Remove(leaves.MinBy(key => _entries[key].Access)!);
        }
    }

    private bool IsLeaf(string key) => !_entries.Keys.Any(other => other.Length > key.Length && other.StartsWith(key));

    private static string Key(int space, int[] tokens) => $"{space}:{string.Join(',', tokens)},";

    private sealed class Entry
    {
        public int Slot { get; init; }

        public int Locks { get; set; }

        public long Access { get; set; }
    }
}
