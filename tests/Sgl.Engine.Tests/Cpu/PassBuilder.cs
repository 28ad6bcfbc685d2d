using Sgl.Engine.Execution;

namespace Sgl.Engine.Tests.Cpu;

/// <summary>Builds passes of sequences whose slots lie scattered over the pool.</summary>
internal static class PassBuilder
{
    /// <param name="slots">Of each sequence's context so far and its new tokens.</param>
    /// <param name="newTokens">How many of a sequence's slots are new.</param>
    public static Pass Build(int[][] slots, int[] newTokens, int[]? tokens = null)
    {
        var sequences = new PassSequence[slots.Length];
        var positions = new List<int>();
        var newSlots = new List<int>();
        for (int i = 0; i < slots.Length; i++)
        {
            sequences[i] = new PassSequence(positions.Count, newTokens[i], slots[i]);
            for (int p = slots[i].Length - newTokens[i]; p < slots[i].Length; p++)
            {
                positions.Add(p);
                newSlots.Add(slots[i][p]);
            }
        }

        return new Pass
        {
            Tokens = tokens ?? new int[positions.Count],
            Positions = [.. positions],
            RopeLengths = [.. positions.Select(p => p + 1)],
            Slots = [.. newSlots],
            Sequences = sequences,
        };
    }

    /// <summary>Slots for contexts of these lengths, all different, in no order.</summary>
    public static int[][] Scatter(int seed, int poolSlots, params int[] lengths)
    {
        int[] all = [.. Enumerable.Range(0, poolSlots)];
        new Random(seed).Shuffle(all);
        int start = 0;
        return [.. lengths.Select(length => all[start..(start += length)])];
    }
}
