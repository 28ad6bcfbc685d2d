namespace Sgl.Engine.Text.Tokenizing.Patterns;

/// <summary>What a match of a node can begin with, so that a branch can leave out hopeless options at once.</summary>
/// <param name="Ascii">Bit c is set when it can begin with the ASCII character c.</param>
/// <param name="BeyondAscii">It can begin with some other character.</param>
/// <param name="MayBeEmpty">It can match without taking anything; then anything may follow.</param>
internal readonly record struct PatternStart(UInt128 Ascii, bool BeyondAscii, bool MayBeEmpty)
{
    private static readonly PatternStart _nothing = new(0, false, true);

    /// <param name="next">An index into <see cref="PatternInstruction.Viable"/>.</param>
    public bool Allows(int next) => MayBeEmpty || next switch
    {
        PatternInstruction.TextEnd => false,
        PatternInstruction.BeyondAscii => BeyondAscii,
        _ => (Ascii >> next & 1) != 0,
    };

    public static PatternStart Of(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.Set set:
                return new PatternStart(set.CodePoints.Ascii, set.CodePoints.HasBeyondAscii, false);
            case PatternNode.Choice choice:
                return choice.Options.Select(Of).Aggregate((a, b) => a.Or(b, a.MayBeEmpty || b.MayBeEmpty));
            case PatternNode.Repeat repeat:
                var body = Of(repeat.Body);
                return body with { MayBeEmpty = body.MayBeEmpty || repeat.Minimum == 0 };
            case PatternNode.Atomic atomic:
                return Of(atomic.Body);
            case PatternNode.Sequence sequence:
                var start = _nothing;
                foreach (var item in sequence.Items)
                {
                    if (!start.MayBeEmpty) break;
                    var next = Of(item);
                    start = start.Or(next, next.MayBeEmpty);
                }

                return start;
            default:
                // Looks and anchors take nothing.
                return _nothing;
        }
    }

    private PatternStart Or(PatternStart other, bool mayBeEmpty) =>
        new(Ascii | other.Ascii, BeyondAscii || other.BeyondAscii, mayBeEmpty);
}
