namespace Sgl.Engine.Text.Tokenizing.Decoders;

/// <summary>
/// A decoder at work on one stream: takes tokens as text, in order, and hands on what became certain. One that joins
/// tokens hands on parts of a single one.
/// </summary>
internal abstract class DecoderStage(DecoderStage? next)
{
    protected DecoderStage Next => next!;

    /// <param name="startsToken">False when the text goes on with the token before.</param>
    public abstract void Push(ReadOnlySpan<char> text, bool startsToken);

    /// <summary>Hands on what was held back: the stream has ended.</summary>
    public virtual void Finish() => next?.Finish();
}
