namespace Sgl.Engine.Scheduling;

/// <summary>
/// A sequence's share of a step: its tokens [Start, Start + Count) go through the model. Count is 1 in decode.
/// </summary>
/// <param name="Samples">The last of them is the sequence's last: its logits give the next token.</param>
/// <param name="Ends">The last of them is the sequence's last, and it wants no new token.</param>
internal readonly record struct BatchEntry(Sequence Sequence, int Start, int Count, bool Samples, bool Ends);
