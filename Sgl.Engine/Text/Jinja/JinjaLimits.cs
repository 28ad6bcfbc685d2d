namespace Sgl.Engine.Text.Jinja;

/// <summary>
/// Bounds on what one template and one rendering may cost, so that neither can hang or kill the server.
/// </summary>
internal static class JinjaLimits
{
    /// <summary>
    /// Units of work of one rendering: a loop iteration, a call or an item visited is one, as are 16 characters.
    /// </summary>
    public const long Work = 10_000_000;

    /// <summary>Characters of one rendering, and of any string made on the way.</summary>
    public const int TextLength = 32 * 1024 * 1024;

    /// <summary>Macros that call macros.</summary>
    public const int CallDepth = 100;

    /// <summary>Blocks and expressions inside each other, and operators in one chain.</summary>
    public const int Nesting = 200;

    /// <summary>Numbers of one range(), as in Jinja's own sandbox.</summary>
    public const int Range = 100_000;

    /// <summary>Digits of an integer, as in Python.</summary>
    public const int Digits = 4300;

    public static ChatTemplateException TooLong() =>
        new($"the template made a text of more than {TextLength} characters");
}
