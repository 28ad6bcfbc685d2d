namespace Sgl.Engine.Text.Tokenizing.Patterns;

/// <summary>What an instruction of a compiled pattern does.</summary>
internal enum PatternStep
{
    /// <summary>Takes one code point of a set.</summary>
    Set,

    /// <summary>Takes several code points of a set.</summary>
    Loop,

    /// <summary>Goes on at the first option that leads to a match.</summary>
    Branch,

    /// <summary>Goes on elsewhere.</summary>
    Jump,

    /// <summary>
    /// Runs the body that follows up to its Accept, keeps its end and forgets its other ways to match.
    /// </summary>
    Atomic,

    /// <summary>Runs the body that follows up to its Accept, and stays in place.</summary>
    Look,

    /// <summary>Checks the place.</summary>
    Anchor,

    /// <summary>Ends the program, or the body of an Atomic or a Look.</summary>
    Accept,
}
