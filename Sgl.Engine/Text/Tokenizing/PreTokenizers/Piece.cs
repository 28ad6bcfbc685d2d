namespace Sgl.Engine.Text.Tokenizing.PreTokenizers;

/// <summary>A part of a text that is being split, in place.</summary>
/// <param name="AtStart">It stands at the very start of the text that is encoded.</param>
internal readonly record struct Piece(string Text, int Start, int Length, bool AtStart)
{
    public ReadOnlySpan<char> Span => Text.AsSpan(Start, Length);

    /// <param name="start">Relative to this piece.</param>
    public Piece Slice(int start, int length) => new(Text, Start + start, length, AtStart && start == 0);

    /// <summary>The piece with other text.</summary>
    public Piece With(string text) => new(text, 0, text.Length, AtStart);
}
