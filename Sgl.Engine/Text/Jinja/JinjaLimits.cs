namespace Sgl.Engine.Text.Jinja;

/// <summary>
/// Bounds on what one template and one rendering may cost, so that neither can hang or kill the server.
/// </summary>
internal static class JinjaLimits
{
    /// <summary>
    /// Units of work of one rendering: a loop iteration, a call or an item visited is one, as are 16 characters; a
    /// macro is ten.
    /// </summary>
    public const long Work = 10_000_000;

    /// <summary>Characters of one rendering, and of any string made on the way.</summary>
    public const int TextLength = 32 * 1024 * 1024;

    /// <summary>Macros that call macros.</summary>
    public const int CallDepth = 100;

    /// <summary>Blocks and expressions inside each other; Python indents no deeper, either.</summary>
    public const int Nesting = 100;

    /// <summary>
    /// Operators, attributes, calls and filters of one tag: a chain of them is evaluated as deep as it is long. What
    /// one macro can nest has to fit into the stack that EnsureSufficientExecutionStack promises.
    /// </summary>
    public const int Operators = 300;

    /// <summary>Numbers of one range(), as in Jinja's own sandbox.</summary>
    public const int Range = 100_000;

    /// <summary>Digits of an integer, as in Python.</summary>
    public const int Digits = 4300;

    public static ChatTemplateException TooLong() =>
        new($"the template made a text of more than {TextLength} characters");
}
