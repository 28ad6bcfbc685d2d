using System.Numerics;

namespace Sgl.Engine.Sampling.Grammar;

/// <summary>Reads masks: bit t % 32 of word t / 32 is token t.</summary>
internal static class TokenBits
{
    public static int Count(ReadOnlySpan<uint> mask)
    {
        int count = 0;
        foreach (uint word in mask)
            count += BitOperations.PopCount(word);
        return count;
    }

    /// <summary>The token of the set bit that so many others come before.</summary>
    public static int Nth(ReadOnlySpan<uint> mask, int index)
    {
        int word = 0;
        for (int bits; (bits = BitOperations.PopCount(mask[word])) <= index; word++)
            index -= bits;
        uint rest = mask[word];
        for (; index > 0; index--)
            rest &= rest - 1;
        return 32 * word + BitOperations.TrailingZeroCount(rest);
    }

    public static int[] All(ReadOnlySpan<uint> mask)
    {
        List<int> tokens = [];
        for (int i = 0; i < mask.Length; i++)
        {
            for (uint word = mask[i]; word != 0; word &= word - 1)
                tokens.Add(32 * i + BitOperations.TrailingZeroCount(word));
        }
        return [.. tokens];
    }
}
