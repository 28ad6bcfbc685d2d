using System.Text;
using System.Text.Json;

namespace Sgl.Engine.Text.Tokenizing.Patterns;

/// <summary>
/// A regular expression over code points, in the syntax and with the meaning of Oniguruma. The framework's own works on
/// UTF-16 units, where \p{L} misses every letter beyond the basic plane.
/// </summary>
internal sealed class Pattern
{
    private readonly string? _literal;

    private Pattern(PatternNode node, string? literal = null)
    {
        Program = PatternCompiler.Compile(node);
        _literal = literal;
    }

    internal PatternInstruction[] Program { get; }

    /// <summary>It matches one certain UTF-16 unit and nothing else.</summary>
    public bool IsOneCharacter => _literal?.Length == 1;

    /// <exception cref="FormatException">
    /// The pattern is broken or uses something that is not known; says what.
    /// </exception>
    public static Pattern Parse(string source) => new(PatternParser.Parse(source));

    /// <summary>A pattern that matches the text itself.</summary>
    public static Pattern Literal(string text) => new(
        new PatternNode.Sequence(
            [.. text.EnumerateRunes().Select(rune => new PatternNode.Set(CodePointSet.Of(rune.Value)))]),
        text);

    /// <summary>The "pattern" of a component: {"String": "..."} or {"Regex": "..."}.</summary>
    /// <exception cref="FormatException">It is neither, or broken.</exception>
    public static Pattern Read(JsonElement component)
    {
        var pattern = component.Field("pattern");
        return pattern.Optional("String") is null ? Parse(pattern.Text("Regex")) : Literal(pattern.Text("String"));
    }

    /// <summary>Every match replaced by a text.</summary>
    public string Replace(string text, string replacement)
    {
        if (_literal?.Length > 0) return text.Replace(_literal, replacement, StringComparison.Ordinal);
        var result = new StringBuilder(text.Length);
        var matcher = new PatternMatcher(this, text, stackalloc Backtrack[PatternMatcher.UsualDepth]);
        var copied = 0;
        while (matcher.Next())
        {
            result.Append(text, copied, matcher.Start - copied).Append(replacement);
            copied = matcher.End;
        }

        return copied == 0 && result.Length == 0 ? text : result.Append(text, copied, text.Length - copied).ToString();
    }
}
