using System.Text;

namespace Sgl.Engine.Text.Tokenizing.Models;

/// <summary>
/// The pairs of characters between which some merge joins two tokens. Where a text has another pair no merge ever
/// reaches across, so it may be cut there: a model without a pre-tokenizer of use still works on short words that it
/// can remember.
/// </summary>
internal sealed class MergeSeams
{
    private const int Ascii = 128;

    private readonly bool[] _ascii = new bool[Ascii * Ascii];
    private readonly HashSet<(int Left, int Right)> _others = [];

    /// <param name="left">A token in UTF-8.</param>
    /// <param name="right">The token that a merge joins to it.</param>
    public void Add(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Rune.DecodeLastFromUtf8(left, out var last, out _);
        Rune.DecodeFromUtf8(right, out var first, out _);
        if (last.IsAscii && first.IsAscii) _ascii[last.Value * Ascii + first.Value] = true;
        else _others.Add((last.Value, first.Value));
    }

    /// <summary>How much of a text's beginning no merge joins to the rest. Well-formed UTF-16, not empty.</summary>
    public int FirstWord(ReadOnlySpan<char> text)
    {
        Rune.DecodeFromUtf16(text, out var last, out var position);
        while (position < text.Length)
        {
            Rune.DecodeFromUtf16(text[position..], out var next, out var length);
            var joined = last.IsAscii && next.IsAscii
                ? _ascii[last.Value * Ascii + next.Value]
                : _others.Contains((last.Value, next.Value));
            if (!joined) break;
            position += length;
            last = next;
        }

        return position;
    }
}
