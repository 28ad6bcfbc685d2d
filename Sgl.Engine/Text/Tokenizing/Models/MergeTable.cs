namespace Sgl.Engine.Text.Tokenizing.Models;

/// <summary>The merges of a byte-pair encoding: two adjacent tokens, their rank (lower first) and what they become.</summary>
internal sealed class MergeTable
{
    /// <summary>The rank of a pair that does not merge.</summary>
    public const uint NoRank = uint.MaxValue;

    private readonly Entry[] _entries;

    /// <param name="capacity">How many merges will be added.</param>
    public MergeTable(int capacity)
    {
        var size = 16;
        while (size < capacity * 2) size *= 2;
        _entries = new Entry[size];
        Array.Fill(_entries, new Entry(ulong.MaxValue, NoRank, -1));
    }

    /// <summary>Adds a merge; one with the same pair takes the place of the earlier.</summary>
    public void Add(int left, int right, int rank, int merged)
    {
        var pair = Pair(left, right);
        var place = Place(pair);
        while (_entries[place].Pair != pair && _entries[place].Merged >= 0) place = (place + 1) & (_entries.Length - 1);
        _entries[place] = new Entry(pair, (uint)rank, merged);
    }

    /// <summary>The rank of a pair, or NoRank.</summary>
    public uint Rank(int left, int right, out int merged)
    {
        var pair = Pair(left, right);
        var entries = _entries;
        for (var place = Place(pair); ; place = (place + 1) & (entries.Length - 1))
        {
            ref readonly var entry = ref entries[place];
            if (entry.Pair != pair && entry.Merged >= 0) continue;
            merged = entry.Merged;
            return entry.Rank;
        }
    }

    private static ulong Pair(int left, int right) => (ulong)(uint)left << 32 | (uint)right;

    private int Place(ulong pair) => (int)(pair * 0x9E3779B97F4A7C15 >> 32) & (_entries.Length - 1);

    private readonly record struct Entry(ulong Pair, uint Rank, int Merged);
}
