namespace Sgl.Engine.Sampling.Grammar;

/// <summary>
/// All the places in which the automaton may be after some bytes: byte edges, each with a stack. Equal states are one
/// object, so what was found out about one is remembered in it.
/// </summary>
/// <param name="edges">Sorted, with <paramref name="stacks"/> beside them.</param>
/// <param name="accepts">The text may end here.</param>
/// <param name="escapes">The stack may have run out into what is not known.</param>
internal sealed class ParseState(int[] edges, StackNode[] stacks, bool accepts, bool escapes)
{
    public int[] Edges { get; } = edges;

    public StackNode[] Stacks { get; } = stacks;

    public bool Accepts { get; } = accepts;

    public bool Escapes { get; } = escapes;

    /// <summary>No text that is allowed begins like this.</summary>
    public bool IsDead { get; } = edges.Length == 0 && !accepts && !escapes;

    /// <summary>By byte class, as far as it is known.</summary>
    public ParseState?[]? Steps { get; set; }

    /// <summary>For a state whose stacks are unknown: which short tokens it and its twins take.</summary>
    public TokenSet? ShortTokens { get; set; }

    /// <summary>For a state whose stacks are unknown: which long tokens it takes.</summary>
    public TokenSet? LongTokens { get; set; }

    public uint[]? Mask { get; set; }
}
