namespace Sgl.Engine.Text.Tokenizing.Patterns;

/// <summary>The syntax tree of a pattern.</summary>
internal abstract record PatternNode
{
    /// <summary>One code point out of a set.</summary>
    public sealed record Set(CodePointSet CodePoints) : PatternNode;

    /// <summary>One after the other; without items, the empty string.</summary>
    public sealed record Sequence(IReadOnlyList<PatternNode> Items) : PatternNode;

    /// <summary>The first of several that leads to a match.</summary>
    public sealed record Choice(IReadOnlyList<PatternNode> Options) : PatternNode;

    /// <param name="Body">What is repeated.</param>
    /// <param name="Minimum">The fewest times.</param>
    /// <param name="Maximum">The most times; int.MaxValue for no limit.</param>
    /// <param name="Lazy">Fewest times first.</param>
    public sealed record Repeat(PatternNode Body, int Minimum, int Maximum, bool Lazy) : PatternNode;

    /// <summary>A body that, once matched, is not tried in another way.</summary>
    public sealed record Atomic(PatternNode Body) : PatternNode;

    /// <summary>A body that must (or must not) match before or behind this place, consuming nothing.</summary>
    public sealed record Look(PatternNode Body, bool Behind, bool Negated) : PatternNode;

    /// <summary>A condition on the place itself.</summary>
    public sealed record Anchor(PatternAnchor Kind) : PatternNode;
}
