namespace Sgl.Engine.Text.Tokenizing.PreTokenizers;

/// <summary>Replaces a text within every piece.</summary>
internal sealed class ReplacePreTokenizer(string text, string replacement) : PreTokenizer
{
    public override void Split(in Piece piece, PieceHandler next) =>
        next(piece.With(piece.Span.ToString().Replace(text, replacement, StringComparison.Ordinal)));
}
