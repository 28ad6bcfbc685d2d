namespace Sgl.Engine.Cache;

/// <summary>
/// Names for beginnings of token sequences, the same in every process: one for each whole block of
/// <see cref="Size"/> tokens, a hash of all tokens up to the block's end. A replica that has a block has the blocks
/// before it. Two beginnings of one name cost a poor route, never a wrong token: the radix tree compares tokens.
/// </summary>
public static class PrefixBlocks
{
    /// <summary>Tokens of a block.</summary>
    public const int Size = 32;

    // A polynomial in an odd number: four tokens may be folded in at once, as their powers are known.
    private const ulong Base = 0x9E3779B97F4A7C15;
    private const ulong Base2 = unchecked(Base * Base);
    private const ulong Base3 = unchecked(Base2 * Base);
    private const ulong Base4 = unchecked(Base2 * Base2);

    /// <summary>The hash of no tokens in a namespace of the prefix cache.</summary>
    public static ulong Start(int space) => unchecked(((ulong)(uint)space + 1) * 0xBF58476D1CE4E5B9);

    /// <summary>The hash after <paramref name="tokens"/>, from the hash of those before them.</summary>
    public static ulong Extend(ulong hash, ReadOnlySpan<int> tokens)
    {
        unchecked
        {
            for (; tokens.Length >= 4; tokens = tokens[4..])
                hash = (hash * Base4) + (Term(tokens[0]) * Base3) + (Term(tokens[1]) * Base2)
                    + (Term(tokens[2]) * Base) + Term(tokens[3]);
            foreach (int token in tokens)
                hash = (hash * Base) + Term(token);
            return hash;
        }
    }

    /// <summary>The names of the whole blocks of <paramref name="tokens"/>.</summary>
    public static ulong[] Of(int space, ReadOnlySpan<int> tokens)
    {
        ulong[] blocks = new ulong[tokens.Length / Size];
        ulong hash = Start(space);
        for (int i = 0; i < blocks.Length; i++)
            blocks[i] = hash = Extend(hash, tokens.Slice(i * Size, Size));
        return blocks;
    }

    /// <summary>Never 0, so that a token at the start counts whatever it is.</summary>
    private static ulong Term(int token) => unchecked(((ulong)(uint)token + 1) * 0x94D049BB133111EB);
}
