using System.Runtime.CompilerServices;
using Sgl.Engine.Text.Tokenizing.Patterns;

namespace Sgl.Engine.Text.Tokenizing.PreTokenizers;

/// <summary>Splits at the matches of a pattern.</summary>
/// <param name="invert">What lies between matches counts as match, and the other way round.</param>
internal sealed class SplitPreTokenizer(Pattern pattern, SplitBehavior behavior, bool invert = false) : PreTokenizer
{
    [SkipLocalsInit]
    public override void Split(in Piece piece, PieceHandler next)
    {
        var matcher = new PatternMatcher(pattern, piece.Span, stackalloc Backtrack[PatternMatcher.UsualDepth]);
        var joiner = new SegmentJoiner(piece, behavior, next);
        var end = 0;
        while (matcher.Next())
        {
            if (end < matcher.Start) joiner.Add(end, matcher.Start, invert);
            joiner.Add(matcher.Start, matcher.End, !invert);
            end = matcher.End;
        }

        if (end < piece.Length) joiner.Add(end, piece.Length, invert);
        joiner.Finish();
    }
}
