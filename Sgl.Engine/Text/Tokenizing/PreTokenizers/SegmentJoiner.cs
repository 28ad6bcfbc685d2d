namespace Sgl.Engine.Text.Tokenizing.PreTokenizers;

/// <summary>Joins or drops the segments of a piece, matches and what lies between them, as a behavior says.</summary>
internal ref struct SegmentJoiner(in Piece piece, SplitBehavior behavior, PieceHandler next)
{
    private readonly Piece _piece = piece;

    // The segment that the next one may still extend; empty when there is none.
    private int _start;
    private int _end;
    private bool _previousIsMatch;

    /// <summary>Takes the next segment. An empty match gives no piece, but keeps its neighbours apart.</summary>
    public void Add(int start, int end, bool isMatch)
    {
        if (behavior is SplitBehavior.Removed or SplitBehavior.Isolated)
        {
            var dropped = start == end || isMatch && behavior == SplitBehavior.Removed;
            if (!dropped) next(_piece.Slice(start, end - start));
            return;
        }

        var joins = behavior switch
        {
            SplitBehavior.Contiguous => isMatch == _previousIsMatch,
            SplitBehavior.MergedWithPrevious => isMatch && !_previousIsMatch,
            _ => !isMatch && _previousIsMatch,
        };
        if (!joins)
        {
            Finish();
            _start = start;
        }

        _end = end;
        _previousIsMatch = isMatch;
    }

    /// <summary>Hands on the last piece.</summary>
    public void Finish()
    {
        if (_end > _start) next(_piece.Slice(_start, _end - _start));
        _start = _end;
    }
}
