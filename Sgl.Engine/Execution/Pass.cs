namespace Sgl.Engine.Execution;

/// <summary>
/// All the state of one step through the model, passed as an argument: T new tokens of some sequences, laid one
/// sequence after the other. Arrays are on the host; a device copies what it needs in <see cref="IOps.Begin"/>.
/// </summary>
public sealed class Pass
{
    /// <summary>[T] token ids, or <see cref="Drawn"/> of a row.</summary>
    public required int[] Tokens { get; init; }

    /// <summary>[T] position of each token in its sequence.</summary>
    public required int[] Positions { get; init; }

    /// <summary>
    /// [T] how long each token's sequence counts for rope scalings that depend on it: max(prompt length, position + 1),
    /// so that neither chunking nor a retraction changes it.
    /// </summary>
    public required int[] RopeLengths { get; init; }

    /// <summary>[T] pool slot that takes each token's key and value; -1 in rows of padding.</summary>
    public required int[] Slots { get; init; }

    public required PassSequence[] Sequences { get; init; }

    public int TokenCount => Tokens.Length;

    /// <summary>
    /// Stands for the token that row <paramref name="row"/> of the last <see cref="IOps.Sample"/> draws, which the host
    /// need not know yet.
    /// </summary>
    public static int Drawn(int row) => -1 - row;
}
