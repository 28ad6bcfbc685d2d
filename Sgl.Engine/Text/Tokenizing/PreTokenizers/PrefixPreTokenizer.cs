namespace Sgl.Engine.Text.Tokenizing.PreTokenizers;

/// <summary>Puts a text before every piece that does not begin with it.</summary>
/// <param name="onlyAtStart">Only before the piece at the start of the text.</param>
internal sealed class PrefixPreTokenizer(string prefix, bool onlyAtStart) : PreTokenizer
{
    public override void Split(in Piece piece, PieceHandler next)
    {
        if (piece.Span.StartsWith(prefix) || onlyAtStart && !piece.AtStart) next(piece);
        else next(piece.With(string.Concat(prefix, piece.Span)));
    }
}
