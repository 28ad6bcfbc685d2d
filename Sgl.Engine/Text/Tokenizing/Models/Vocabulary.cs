using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Sgl.Engine.Text.Tokenizing.Models;

/// <summary>
/// Tokens by id and ids by token. The contents lie as UTF-8 in one block: a vocabulary of 256k strings would cost more
/// to load than the rest of the file.
/// </summary>
internal sealed class Vocabulary
{
    /// <summary>Ids are places in a list; one that is far out would take all memory.</summary>
    public const int HighestId = 16_777_215;

    private byte[] _contents = new byte[1 << 20];
    private int _used;

    // By id: where the content begins and how long it is; Length -1 where there is no such token.
    private (int Start, int Length)[] _tokens = [];

    // Open addressing with linear probing; Id -1 in a free place.
    private Bucket[] _buckets = NewBuckets(1 << 12);

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
        Insert(_buckets, new Bucket(Hash(content), id));
    }

    /// <summary>The id of a token by its content in UTF-8, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Find(ReadOnlySpan<byte> content)
    {
        var hash = Hash(content);
        var mask = _buckets.Length - 1;
        for (var place = (int)hash & mask; ; place = (place + 1) & mask)
        {
            var bucket = _buckets[place];
            if (bucket.Id < 0) return -1;
            if (bucket.Hash == hash && Is(bucket.Id, content)) return bucket.Id;
        }
    }

    public int Find(string content) => Find(Encoding.UTF8.GetBytes(content));

    /// <summary>Whether there is a token of this id and content.</summary>
    public bool Is(int id, ReadOnlySpan<byte> content) => Contains(id) && content.SequenceEqual(Content(id));

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
        var larger = NewBuckets(_buckets.Length * 2);
        foreach (var bucket in _buckets)
        {
            if (bucket.Id >= 0) Insert(larger, bucket);
        }

        _buckets = larger;
    }

    private static Bucket[] NewBuckets(int length)
    {
        var buckets = new Bucket[length];
        Array.Fill(buckets, new Bucket(0, -1));
        return buckets;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Insert(Bucket[] buckets, Bucket bucket)
    {
        var place = (int)bucket.Hash & (buckets.Length - 1);
        while (buckets[place].Id >= 0) place = (place + 1) & (buckets.Length - 1);
        buckets[place] = bucket;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Hash(ReadOnlySpan<byte> content)
    {
        const ulong multiplier = 0x9E3779B97F4A7C15;
        var hash = (ulong)content.Length;
        for (; content.Length >= 8; content = content[8..])
            hash = (BitOperations.RotateLeft(hash, 29) ^ BinaryPrimitives.ReadUInt64LittleEndian(content)) * multiplier;
        var rest = 0ul;
        foreach (var value in content) rest = rest << 8 | value;
        hash = (BitOperations.RotateLeft(hash, 29) ^ rest) * multiplier;
        return (uint)(hash >> 32);
    }

    private readonly record struct Bucket(uint Hash, int Id);
}
