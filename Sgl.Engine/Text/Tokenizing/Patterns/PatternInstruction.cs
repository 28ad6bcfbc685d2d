namespace Sgl.Engine.Text.Tokenizing.Patterns;

/// <summary>One step of a compiled pattern; the next one follows it in the program unless said otherwise.</summary>
internal sealed class PatternInstruction
{
    /// <summary>Place in <see cref="Viable"/> for a character beyond ASCII.</summary>
    public const int BeyondAscii = 128;

    /// <summary>Place in <see cref="Viable"/> for the end of the text.</summary>
    public const int TextEnd = 129;

    public required PatternStep Step { get; init; }

    /// <summary>Set and Loop: what may stand here.</summary>
    public CodePointSet? Set { get; init; }

    public int Minimum { get; init; }

    /// <summary>
    /// Loop: the most code points it takes. A Look behind: the most UTF-16 units that its body takes.
    /// </summary>
    public int Maximum { get; init; }

    public bool Lazy { get; init; }

    /// <summary>Loop: once it has taken its characters, it gives none back.</summary>
    public bool Possessive { get; init; }

    /// <summary>Jump, Atomic and Look: where it goes on.</summary>
    public int Target { get; set; }

    /// <summary>Branch: where its options begin, the preferred first; at most 64.</summary>
    public int[] Options { get; init; } = [];

    /// <summary>Branch: by the next character, bit i is set when option i can begin with it.</summary>
    public ulong[] Viable { get; init; } = [];

    public bool Behind { get; init; }

    public bool Negated { get; init; }

    public PatternAnchor Anchor { get; init; }
}
