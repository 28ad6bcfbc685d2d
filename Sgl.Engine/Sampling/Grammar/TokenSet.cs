using System.Numerics;
using System.Runtime.InteropServices;

namespace Sgl.Engine.Sampling.Grammar;

/// <summary>What a place in the automaton says about the tokens while nobody knows the stack above it.</summary>
/// <param name="Bits">The tokens that are allowed whatever the stack; null where Ids has them.</param>
/// <param name="Ids">The same for few tokens.</param>
/// <param name="Exits">The trie's nodes at which the rule may end: below, what comes behind it decides.</param>
internal sealed record TokenSet(uint[]? Bits, int[] Ids, int[] Exits)
{
    public long ByteCount => 4L * (Bits?.Length ?? 0) + 4L * Ids.Length + 4L * Exits.Length;

    public void AddTo(Span<uint> mask)
    {
        if (Bits is not null)
        {
            Span<Vector<uint>> wide = MemoryMarshal.Cast<uint, Vector<uint>>(mask);
            ReadOnlySpan<Vector<uint>> own = MemoryMarshal.Cast<uint, Vector<uint>>(Bits);
            for (int i = 0; i < wide.Length; i++)
                wide[i] |= own[i];
            for (int i = wide.Length * Vector<uint>.Count; i < mask.Length; i++)
                mask[i] |= Bits[i];
        }
        foreach (int token in Ids)
            mask[token >> 5] |= 1u << token;
    }
}
