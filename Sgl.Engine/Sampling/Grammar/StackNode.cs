namespace Sgl.Engine.Sampling.Grammar;

/// <summary>
/// The places to which a rule returns when it ends: an automaton target each, and the stack node of the rule it is in.
/// Nodes with the same places are one.
/// </summary>
internal sealed class StackNode(int id, (int Target, StackNode? Parent)[] returns)
{
    /// <summary>In the place of a target: the whole text ends.</summary>
    public const int Accept = -1;

    /// <summary>In the place of a target: what comes behind is not known.</summary>
    public const int Escape = -2;

    public int Id { get; } = id;

    public (int Target, StackNode? Parent)[] Returns { get; } = returns;

    /// <summary>The state behind the rule's end, as far as it is known.</summary>
    public ParseState? After { get; set; }
}
