using System.Runtime.CompilerServices;

namespace Sgl.Engine.Text.Tokenizing.Models;

/// <summary>
/// The merges of a byte-pair encoding: two adjacent tokens, their rank (lower first) and what they become.
/// </summary>
internal sealed class MergeTable
{
    /// <summary>The rank of a pair that does not merge.</summary>
    public const uint NoRank = uint.MaxValue;

    private Entry[] _entries = NewEntries(1 << 12);
    private int _count;

    /// <summary>Adds a merge; one with the same pair takes the place of the earlier.</summary>
    public void Add(int left, int right, int rank, int merged)
    {
        if (++_count * 2 > _entries.Length)
        {
            var before = _entries;
            _entries = NewEntries(before.Length * 2);
            foreach (var entry in before)
            {
                if (entry.Merged >= 0) Insert(entry);
            }
        }

        Insert(new Entry(Pair(left, right), (uint)rank, merged));
    }

    /// <summary>The rank of a pair, or NoRank.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Insert(Entry entry)
    {
        var entries = _entries;
        var place = Place(entry.Pair);
        while (entries[place].Pair != entry.Pair && entries[place].Merged >= 0)
            place = (place + 1) & (entries.Length - 1);
        entries[place] = entry;
    }

    private static Entry[] NewEntries(int length)
    {
        var entries = new Entry[length];
        Array.Fill(entries, new Entry(ulong.MaxValue, NoRank, -1));
        return entries;
    }

    private static ulong Pair(int left, int right) => (ulong)(uint)left << 32 | (uint)right;

    private int Place(ulong pair) => (int)(pair * 0x9E3779B97F4A7C15 >> 32) & (_entries.Length - 1);

    private readonly record struct Entry(ulong Pair, uint Rank, int Merged);
}
