using System.Text;

namespace Sgl.Engine.Text.Tokenizing.Models;

/// <summary>
/// Tokens by id and ids by token. The contents lie as UTF-8 in one block: a vocabulary of 256k strings would cost more to
/// load than the rest of the file.
/// </summary>
internal sealed class Vocabulary
{
    private byte[] _contents = new byte[1 << 20];
    private int _used;

    // By id: where the content begins and how long it is; Length -1 where there is no such token.
    private (int Start, int Length)[] _tokens = [];

    // Open addressing with linear probing: id + 1, or 0 for a free place.
    private int[] _buckets = new int[1 << 12];

    /// <summary>Highest id + 1.</summary>
    public int Size { get; private set; }

    /// <summary>How many tokens there are; less than Size where ids are left out.</summary>
    public int Count { get; private set; }

    public void Add(ReadOnlySpan<byte> content, int id)
    {
        while (_used + content.Length > _contents.Length) Array.Resize(ref _contents, _contents.Length * 2);
        while (id >= _tokens.Length) GrowTokens();
        content.CopyTo(_contents.AsSpan(_used));
        _tokens[id] = (_used, content.Length);
        _used += content.Length;
        Size = Math.Max(Size, id + 1);
        if (++Count * 2 > _buckets.Length) GrowBuckets();
        else Insert(id);
    }

    /// <summary>The id of a token by its content in UTF-8, or -1.</summary>
    public int Find(ReadOnlySpan<byte> content)
    {
        var mask = _buckets.Length - 1;
        for (var place = Hash(content) & mask; ; place = (place + 1) & mask)
        {
            var id = _buckets[place] - 1;
            if (id < 0) return -1;
            if (_tokens[id].Length == content.Length && Content(id).SequenceEqual(content)) return id;
        }
    }

    public int Find(string content) => Find(Encoding.UTF8.GetBytes(content));

    public bool Contains(int id) => (uint)id < (uint)Size && _tokens[id].Length >= 0;

    /// <summary>A token's content in UTF-8.</summary>
    public ReadOnlySpan<byte> Content(int id) => _contents.AsSpan(_tokens[id].Start, _tokens[id].Length);

    private void GrowTokens()
    {
        var before = _tokens.Length;
        Array.Resize(ref _tokens, Math.Max(1 << 10, before * 2));
        _tokens.AsSpan(before).Fill((0, -1));
    }

    private void GrowBuckets()
    {
        _buckets = new int[_buckets.Length * 2];
        for (var id = 0; id < Size; id++)
        {
            if (Contains(id)) Insert(id);
        }
    }

    private void Insert(int id)
    {
        var mask = _buckets.Length - 1;
        var place = Hash(Content(id)) & mask;
        while (_buckets[place] != 0) place = (place + 1) & mask;
        _buckets[place] = id + 1;
    }

    private static int Hash(ReadOnlySpan<byte> content)
    {
        var hash = 14695981039346656037ul;
        foreach (var value in content) hash = (hash ^ value) * 1099511628211ul;
        return (int)(hash >> 32 ^ hash) & int.MaxValue;
    }
}
