namespace Sgl.Engine.Execution;

/// <summary>
/// One sequence's share of a pass: some consecutive new tokens, and where all its keys and values lie.
/// </summary>
/// <param name="QueryStart">First row of the pass that belongs to it.</param>
/// <param name="QueryCount">How many new tokens; 1 in decode.</param>
/// <param name="Slots">
/// The pool slot of every context token in order of position, the new ones included: its length is the context's. The
/// new tokens' positions are the last QueryCount. Empty for a row of padding.
/// </param>
public readonly record struct PassSequence(int QueryStart, int QueryCount, ReadOnlyMemory<int> Slots);
