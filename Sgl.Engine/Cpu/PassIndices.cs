using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

/// <summary>A pass's index arrays in memory that does not move while workers read it.</summary>
internal readonly unsafe struct PassIndices
{
    /// <summary>[T] pool slot of each token.</summary>
    public readonly int* Slots;

    /// <summary>[sequences]</summary>
    public readonly SequenceIndices* Sequences;

    /// <summary>The highest slot of any context; a negative one counts as higher than all.</summary>
    public readonly uint HighestSlot;

    public PassIndices(Pass pass, Arena arena)
    {
        Slots = Copy(pass.Slots, arena);
        Sequences = (SequenceIndices*)arena.Take((nuint)pass.Sequences.Length * (nuint)sizeof(SequenceIndices));
        for (int i = 0; i < pass.Sequences.Length; i++)
        {
            PassSequence sequence = pass.Sequences[i];
            ReadOnlySpan<int> context = sequence.Slots.Span;
            if (sequence.QueryCount > context.Length
                || (uint)sequence.QueryStart + (uint)sequence.QueryCount > (uint)pass.TokenCount)
            {
                throw new ArgumentException(
                    $"Sequence {i} has {sequence.QueryCount} queries from row {sequence.QueryStart} on and a context "
                    + $"of {context.Length}; the pass has {pass.TokenCount} tokens.");
            }

            Sequences[i] = new SequenceIndices(
                Copy(context, arena), context.Length, sequence.QueryStart, sequence.QueryCount);
            HighestSlot = Math.Max(HighestSlot, Highest(context));
        }

        HighestSlot = Math.Max(HighestSlot, Highest(pass.Slots));
    }

    private static uint Highest(ReadOnlySpan<int> slots)
    {
        uint highest = 0;
        foreach (int slot in slots)
            highest = Math.Max(highest, (uint)slot);
        return highest;
    }

    private static int* Copy(ReadOnlySpan<int> values, Arena arena)
    {
        int* copy = (int*)arena.Take((nuint)values.Length * sizeof(int));
        values.CopyTo(new Span<int>(copy, values.Length));
        return copy;
    }
}
