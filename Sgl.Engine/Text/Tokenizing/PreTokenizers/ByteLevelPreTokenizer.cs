namespace Sgl.Engine.Text.Tokenizing.PreTokenizers;

/// <summary>
/// Writes the bytes of every piece in the byte-level alphabet. As the last one it is left out, and the model splits
/// words into bytes itself.
/// </summary>
internal sealed class ByteLevelPreTokenizer : PreTokenizer
{
    public override void Split(in Piece piece, PieceHandler next) => next(piece.With(ByteAlphabet.Write(piece.Span)));
}
