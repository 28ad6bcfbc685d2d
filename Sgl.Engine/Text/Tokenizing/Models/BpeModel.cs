using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Sgl.Engine.Text.Tokenizing.Models;

/// <summary>Byte-pair encoding.</summary>
internal sealed class BpeModel : WordModel
{
    private readonly Vocabulary _vocabulary;
    private readonly MergeTable _merges;
    private readonly BpeOptions _options;
    private readonly WordCache _cache = new();

    // The token of every byte: of its character in the alphabet when byte-level, else of its <0xNN>. -1 for none.
    private readonly int[] _byteTokens = new int[256];

    public BpeModel(Vocabulary vocabulary, MergeTable merges, BpeOptions options)
    {
        (_vocabulary, _merges, _options) = (vocabulary, merges, options);
        for (var value = 0; value < 256; value++)
        {
            _byteTokens[value] = vocabulary.Find(options.ByteLevel
                ? ByteAlphabet.Character((byte)value).ToString()
                : $"<0x{value:X2}>");
        }
    }

    [SkipLocalsInit]
    public override void Encode(ReadOnlySpan<char> word, List<int> output)
    {
        if (_cache.Find(word) is { } known)
        {
            if (known.Length == 1) output.Add(known[0]);
            else output.AddRange(known.AsSpan());
            return;
        }

        var count = Encoding.UTF8.GetMaxByteCount(word.Length);
        byte[]? rented = null;
        var bytes = count <= 512 ? stackalloc byte[count] : rented = ArrayPool<byte>.Shared.Rent(count);
        bytes = bytes[..Encoding.UTF8.GetBytes(word, bytes)];
        var begin = output.Count;
        if (_options.IgnoreMerges && WholeWord(bytes) is var whole and >= 0) output.Add(whole);
        else if (_options.ByteLevel) MergeBytes(bytes, output);
        else MergeCharacters(bytes, output);
        _cache.Add(word, CollectionsMarshal.AsSpan(output)[begin..]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
    }

    [SkipLocalsInit]
    private int WholeWord(ReadOnlySpan<byte> bytes)
    {
        if (!_options.ByteLevel) return _vocabulary.Find(bytes);
        // A character of the alphabet takes at most two bytes.
        Span<byte> written = bytes.Length <= 256 ? stackalloc byte[512] : new byte[bytes.Length * 2];
        var count = 0;
        foreach (var value in bytes)
        {
            int character = ByteAlphabet.Character(value);
            if (character >= 0x80)
            {
                written[count++] = (byte)(0xC0 | character >> 6);
                character = 0x80 | character & 0x3F;
            }

            written[count++] = (byte)character;
        }

        return _vocabulary.Find(written[..count]);
    }

    private void MergeBytes(ReadOnlySpan<byte> bytes, List<int> output)
    {
        var count = 0;
        var symbols = ArrayPool<int>.Shared.Rent(bytes.Length);
        foreach (var value in bytes)
        {
            var token = _byteTokens[value] >= 0 ? _byteTokens[value] : _options.Unknown;
            if (token >= 0) symbols[count++] = token;
        }

        Merge(symbols, count, output);
    }

    private void MergeCharacters(ReadOnlySpan<byte> bytes, List<int> output)
    {
        var symbols = ArrayPool<int>.Shared.Rent(bytes.Length + 1);
        var count = 0;
        var pendingUnknown = false;
        for (var start = 0; start < bytes.Length;)
        {
            Rune.DecodeFromUtf8(bytes[start..], out _, out var length);
            var character = bytes.Slice(start, length);
            var token = FindCharacter(character, start == 0, start + length == bytes.Length);
            start += length;
            if (token >= 0)
            {
                if (pendingUnknown) symbols[count++] = _options.Unknown;
                pendingUnknown = false;
                symbols[count++] = token;
            }
            else if (_options.ByteFallback && HasBytes(character))
            {
                foreach (var value in character) symbols[count++] = _byteTokens[value];
            }
            else if (_options.Unknown >= 0)
            {
                if (pendingUnknown && !_options.FuseUnknown) symbols[count++] = _options.Unknown;
                pendingUnknown = true;
            }
        }

        if (pendingUnknown) symbols[count++] = _options.Unknown;
        Merge(symbols, count, output);
    }

    private bool HasBytes(ReadOnlySpan<byte> character)
    {
        foreach (var value in character)
        {
            if (_byteTokens[value] < 0) return false;
        }

        return true;
    }

    private int FindCharacter(ReadOnlySpan<byte> character, bool first, bool last)
    {
        var prefix = first ? "" : _options.ContinuingPrefix;
        var suffix = last ? _options.EndSuffix : "";
        if (prefix.Length + suffix.Length == 0) return _vocabulary.Find(character);
        return _vocabulary.Find(prefix + Encoding.UTF8.GetString(character) + suffix);
    }

    private void Merge(int[] symbols, int count, List<int> output)
    {
        var left = BpeMerger.Merge(symbols.AsSpan(0, count), _merges);
        output.AddRange(symbols.AsSpan(0, left));
        ArrayPool<int>.Shared.Return(symbols);
    }
}
