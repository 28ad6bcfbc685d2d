namespace Sgl.Engine.Sampling.Grammar;

/// <summary>The syntax tree that all kinds of grammar become.</summary>
internal abstract record GrammarNode
{
    public static GrammarNode Empty { get; } = new Sequence([]);

    /// <summary>What no text can be.</summary>
    public static GrammarNode Never { get; } = new Choice([]);

    /// <summary>One code point out of a set.</summary>
    public sealed record Character(CodePointRanges Set) : GrammarNode;

    /// <summary>A text as it stands, in UTF-8.</summary>
    public sealed record Literal(string Text) : GrammarNode;

    public sealed record Sequence(IReadOnlyList<GrammarNode> Items) : GrammarNode;

    public sealed record Choice(IReadOnlyList<GrammarNode> Options) : GrammarNode;

    /// <param name="Body">What is repeated.</param>
    /// <param name="Minimum">The fewest times.</param>
    /// <param name="Maximum">The most times; null for no limit.</param>
    public sealed record Repeat(GrammarNode Body, int Minimum, int? Maximum) : GrammarNode;

    /// <summary>What a rule of the same grammar stands for.</summary>
    public sealed record Reference(int Rule) : GrammarNode;

    public static GrammarNode Of(params GrammarNode[] items) => new Sequence(items);

    public static GrammarNode AnyOf(params GrammarNode[] options) => new Choice(options);

    public static GrammarNode Optional(GrammarNode body) => new Repeat(body, 0, 1);
}
