using System.Runtime.CompilerServices;

namespace Sgl.Engine.Text.Tokenizing.Models;

/// <summary>
/// Applies merges to the symbols of a word: always the pair of the lowest rank, the leftmost of equals. Short words are
/// scanned for it, long ones keep the candidates in a heap, so that even a megabyte of one letter takes n log n.
/// </summary>
internal static class BpeMerger
{
    private const int ShortWord = 64;

    /// <summary>Merges in place; the result is the first of the symbols.</summary>
    /// <returns>How many symbols are left.</returns>
    public static int Merge(Span<int> symbols, MergeTable merges) =>
        symbols.Length <= ShortWord ? MergeShort(symbols, merges) : MergeLong(symbols, merges);

    [SkipLocalsInit]
    private static int MergeShort(Span<int> symbols, MergeTable merges)
    {
        // ranks[i] and merged[i] belong to the pair of the symbols i and i + 1.
        Span<uint> ranks = stackalloc uint[ShortWord];
        Span<int> merged = stackalloc int[ShortWord];
        var pairs = symbols.Length - 1;
        for (var i = 0; i < pairs; i++) ranks[i] = merges.Rank(symbols[i], symbols[i + 1], out merged[i]);
        while (pairs > 0)
        {
            var best = 0;
            for (var i = 1; i < pairs; i++)
            {
                if (ranks[i] < ranks[best]) best = i;
            }

            if (ranks[best] == MergeTable.NoRank) break;
            symbols[best] = merged[best];
            symbols[(best + 2)..(pairs + 1)].CopyTo(symbols[(best + 1)..]);
            ranks[(best + 1)..pairs].CopyTo(ranks[best..]);
            merged[(best + 1)..pairs].CopyTo(merged[best..]);
            pairs--;
            if (best > 0) ranks[best - 1] = merges.Rank(symbols[best - 1], symbols[best], out merged[best - 1]);
            if (best < pairs) ranks[best] = merges.Rank(symbols[best], symbols[best + 1], out merged[best]);
        }

        return pairs + 1;
    }

    private static int MergeLong(Span<int> symbols, MergeTable merges)
    {
        const int merged = -1;
        var next = new int[symbols.Length];
        var previous = new int[symbols.Length];
        // By rank, then place. An entry is stale when the pair at its place has another rank by now.
        var candidates = new PriorityQueue<int, ulong>(symbols.Length);
        for (var i = 0; i < symbols.Length; i++)
        {
            next[i] = i + 1;
            previous[i] = i - 1;
            if (i > 0) Propose(candidates, symbols, i - 1, i, merges);
        }

        while (candidates.TryDequeue(out var left, out var priority))
        {
            var right = next[left];
            if (symbols[left] == merged || right == symbols.Length) continue;
            if (merges.Rank(symbols[left], symbols[right], out var id) != priority >> 32) continue;
            symbols[left] = id;
            symbols[right] = merged;
            next[left] = next[right];
            if (next[left] < symbols.Length)
            {
                previous[next[left]] = left;
                Propose(candidates, symbols, left, next[left], merges);
            }

            if (previous[left] >= 0) Propose(candidates, symbols, previous[left], left, merges);
        }

        var count = 0;
        for (var i = 0; i < symbols.Length; i = next[i]) symbols[count++] = symbols[i];
        return count;
    }

    private static void Propose(
        PriorityQueue<int, ulong> candidates, ReadOnlySpan<int> symbols, int left, int right, MergeTable merges)
    {
        var rank = merges.Rank(symbols[left], symbols[right], out _);
        if (rank != MergeTable.NoRank) candidates.Enqueue(left, (ulong)rank << 32 | (uint)left);
    }
}
