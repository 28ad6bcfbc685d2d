using System.Buffers.Binary;
using System.Text;

namespace Sgl.Engine.Text.Tokenizing.Normalizers;

/// <summary>
/// SentencePiece's compiled table of characters and what they become. At every place the longest sequence of the table
/// that stands there is replaced.
/// </summary>
internal sealed class CharacterMapNormalizer : Normalizer
{
    // A double-array trie: a node's child by a byte lies at the node's offset xor that byte, and its value at the
    // offset itself.
    private readonly uint[] _trie;

    // The replacements, each ended by a zero; the trie's values are places in it.
    private readonly byte[] _replacements;

    /// <param name="table">The trie's size in bytes, the trie, the replacements.</param>
    /// <exception cref="FormatException">It is cut off.</exception>
    public CharacterMapNormalizer(ReadOnlySpan<byte> table)
    {
        if (table.Length < 4 || BinaryPrimitives.ReadInt32LittleEndian(table) is not (> 0 and var size)
            || size % 4 != 0 || size > table.Length - 4)
        {
            throw new FormatException("the precompiled_charsmap is cut off");
        }

        _trie = new uint[size / 4];
        for (var i = 0; i < _trie.Length; i++)
            _trie[i] = BinaryPrimitives.ReadUInt32LittleEndian(table[(4 + 4 * i)..]);
        _replacements = table[(4 + size)..].ToArray();
    }

    public override string Apply(string text)
    {
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text);
        var output = new List<byte>(rest.Length);
        while (!rest.IsEmpty)
        {
            var (length, value) = LongestMatch(rest);
            if (length > 0)
            {
                var replacement = _replacements.AsSpan(Math.Min(value, _replacements.Length));
                output.AddRange(replacement[..Math.Max(0, replacement.IndexOf((byte)0))]);
            }
            else
            {
                Rune.DecodeFromUtf8(rest, out _, out length);
                output.AddRange(rest[..length]);
            }

            rest = rest[length..];
        }

        return Encoding.UTF8.GetString([.. output]);
    }

    private (int Length, int Value) LongestMatch(ReadOnlySpan<byte> text)
    {
        var best = (Length: 0, Value: 0);
        var node = Offset(_trie[0]);
        for (var i = 0; i < text.Length; i++)
        {
            node ^= text[i];
            if (node >= (uint)_trie.Length || Label(_trie[node]) != text[i]) break;
            var unit = _trie[node];
            node ^= Offset(unit);
            var hasValue = (unit >> 8 & 1) != 0 && node < (uint)_trie.Length;
            if (hasValue) best = (i + 1, (int)(_trie[node] & 0x7FFFFFFF));
        }

        return best;
    }

    /// <summary>The byte that leads to a node; more than any byte for one that holds a value.</summary>
    private static uint Label(uint unit) => unit & (1u << 31 | 0xFF);

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & 1u << 9) >> 6);
}
