namespace Sgl.Engine.Text.Tokenizing.Models;

/// <summary>
/// Remembers how words were encoded. A word has one place, where a later one displaces it, so the cache is bounded, and
/// entries are immutable, so that threads share it without a lock.
/// </summary>
internal sealed class WordCache
{
    private const int Places = 1 << 16;

    /// <summary>Longer words are rarely met twice. In characters.</summary>
    private const int LongestWord = 32;

    private readonly Entry?[] _entries = new Entry?[Places];

    /// <summary>The tokens of a word, or null when it is not remembered.</summary>
    public int[]? Find(ReadOnlySpan<char> word)
    {
        if (word.Length > LongestWord) return null;
        var entry = Volatile.Read(ref _entries[Place(word)]);
        return entry is not null && word.SequenceEqual(entry.Word) ? entry.Tokens : null;
    }

    public void Add(ReadOnlySpan<char> word, ReadOnlySpan<int> tokens)
    {
        if (word.Length > LongestWord) return;
        Volatile.Write(ref _entries[Place(word)], new Entry(word.ToString(), tokens.ToArray()));
    }

    private static int Place(ReadOnlySpan<char> word)
    {
        var hash = (uint)word.Length;
        foreach (var character in word) hash = (hash ^ character) * 0x9E3779B1 + (hash >> 15);
        return (int)((hash ^ hash >> 16) & (Places - 1));
    }

    private sealed record Entry(string Word, int[] Tokens);
}
