using Sgl.Engine.Text.Tokenizing.Models;

namespace Sgl.Engine.Text.Tokenizing.PreTokenizers;

/// <summary>
/// Splits where no merge reaches across, which changes no token: words are short, and can be remembered.
/// </summary>
internal sealed class SeamPreTokenizer(MergeSeams seams) : PreTokenizer
{
    public override void Split(in Piece piece, PieceHandler next)
    {
        var text = piece.Span;
        for (var start = 0; start < text.Length;)
        {
            var length = seams.FirstWord(text[start..]);
            next(piece.Slice(start, length));
            start += length;
        }
    }
}
