namespace Sgl.Engine.Cpu;

/// <summary>One sequence of a <see cref="PassIndices"/>.</summary>
internal readonly unsafe struct SequenceIndices(int* slots, int contextLength, int firstRow, int newTokens)
{
    /// <summary>[ContextLength] pool slots in order of position.</summary>
    public readonly int* Slots = slots;

    public readonly int ContextLength = contextLength;

    /// <summary>Row of the pass with its first new token.</summary>
    public readonly int FirstRow = firstRow;

    /// <summary>The last tokens of the context.</summary>
    public readonly int NewTokens = newTokens;
}
