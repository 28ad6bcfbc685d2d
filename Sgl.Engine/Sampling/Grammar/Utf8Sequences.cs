namespace Sgl.Engine.Sampling.Grammar;

/// <summary>Ranges of code points as sequences of byte ranges: what their UTF-8 looks like.</summary>
internal static class Utf8Sequences
{
    private static readonly (int First, int Last, int Bytes)[] _lengths =
        [(0, 0x7F, 1), (0x80, 0x7FF, 2), (0x800, 0xFFFF, 3), (0x10000, 0x10FFFF, 4)];

    /// <summary>A code point is in the set when its bytes lie, one by one, in one of the sequences.</summary>
    public static IEnumerable<(byte Low, byte High)[]> Of(CodePointRanges set)
    {
        foreach ((int first, int last) in set.Ranges)
        {
            foreach ((int shortest, int longest, int bytes) in _lengths)
            {
                int low = Math.Max(first, shortest), high = Math.Min(last, longest);
                if (low <= high)
                    foreach ((byte, byte)[] sequence in Split(low, high, bytes))
                        yield return sequence;
            }
        }
    }

    /// <summary>
    /// Cuts a range where its later bytes do not run over all their values, until byte ranges alone describe it.
    /// </summary>
    private static IEnumerable<(byte, byte)[]> Split(int first, int last, int bytes)
    {
        for (int rest = 1; rest < bytes; rest++)
        {
            int mask = (1 << 6 * rest) - 1;
            if ((first & ~mask) == (last & ~mask))
                break;
            if ((first & mask) != 0)
                return [.. Split(first, first | mask, bytes), .. Split((first | mask) + 1, last, bytes)];
            if ((last & mask) != mask)
                return [.. Split(first, (last & ~mask) - 1, bytes), .. Split(last & ~mask, last, bytes)];
        }
        return [[.. Encode(first, bytes).Zip(Encode(last, bytes))]];
    }

    private static byte[] Encode(int codePoint, int bytes)
    {
        if (bytes == 1)
            return [(byte)codePoint];
        byte[] encoded = new byte[bytes];
        for (int i = bytes - 1; i > 0; i--, codePoint >>= 6)
            encoded[i] = (byte)(0x80 | codePoint & 0x3F);
        encoded[0] = (byte)(0xFF00 >> bytes & 0xFF | codePoint);
        return encoded;
    }
}
