using System.Text.Json;
using Sgl.Engine.Text.Tokenizing.Patterns;

namespace Sgl.Engine.Text.Tokenizing.PreTokenizers;

/// <summary>
/// Splits a text into the pieces within which tokens are sought: the "pre_tokenizer" of tokenizer.json.
/// </summary>
internal abstract class PreTokenizer
{
    private const string Known = "BertPreTokenizer, ByteLevel, CharDelimiterSplit, Digits, Metaspace, Punctuation, "
        + "Sequence, Split, Whitespace, WhitespaceSplit";

    // GPT-2's own.
    private const string ByteLevelPattern =
        @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private const string PunctuationPattern = @"[\p{P}$+<=>^`|~]";

    // Rust's idea of a word.
    private const string WordPattern =
        @"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\u200C\u200D"
        + @"\x{24B6}-\x{24E9}\x{1F130}-\x{1F149}\x{1F150}-\x{1F169}\x{1F170}-\x{1F189}";

    /// <summary>Hands on what becomes of a piece.</summary>
    public abstract void Split(in Piece piece, PieceHandler next);

    /// <summary>The pre-tokenizers of a component, in their order; a Sequence gives those that it holds.</summary>
    /// <exception cref="FormatException">A type that is not known, or a missing or wrong field.</exception>
    public static IEnumerable<PreTokenizer> Read(JsonElement component) => component.Type() switch
    {
        "Sequence" => component.Items("pretokenizers").SelectMany(Read),
        "ByteLevel" => ByteLevel(component),
        "Metaspace" => Metaspace(component),
        "Split" => [new SplitPreTokenizer(
            Pattern.Read(component), SplitBehaviors.Read(component), component.Flag("invert", false))],
        "CharDelimiterSplit" => [Remove(Pattern.Literal(component.Sign("delimiter")))],
        "Digits" => [new SplitPreTokenizer(
            Pattern.Parse(@"\p{N}"),
            component.Flag("individual_digits", false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous)],
        "Punctuation" => [new SplitPreTokenizer(
            Pattern.Parse(PunctuationPattern), SplitBehaviors.Read(component, SplitBehavior.Isolated))],
        "Whitespace" => [new SplitPreTokenizer(
            Pattern.Parse($@"[{WordPattern}]+|[^{WordPattern}\s]+"), SplitBehavior.Removed, invert: true)],
        "WhitespaceSplit" => [Remove(Pattern.Parse(@"\s"))],
        "BertPreTokenizer" =>
        [
            Remove(Pattern.Parse(@"\s")),
            new SplitPreTokenizer(Pattern.Parse(PunctuationPattern), SplitBehavior.Isolated),
        ],
        _ => throw component.Unknown("pre_tokenizer", Known),
    };

    private static SplitPreTokenizer Remove(Pattern pattern) => new(pattern, SplitBehavior.Removed);

    private static IEnumerable<PreTokenizer> ByteLevel(JsonElement component)
    {
        if (component.Flag("add_prefix_space", true)) yield return new PrefixPreTokenizer(" ", onlyAtStart: false);
        if (component.Flag("use_regex", true))
            yield return new SplitPreTokenizer(Pattern.Parse(ByteLevelPattern), SplitBehavior.Isolated);
        yield return new ByteLevelPreTokenizer();
    }

    private static IEnumerable<PreTokenizer> Metaspace(JsonElement component)
    {
        var replacement = component.Sign("replacement");
        yield return new ReplacePreTokenizer(" ", replacement);
        var scheme = PrependSchemes.Read(component);
        if (scheme != PrependScheme.Never)
            yield return new PrefixPreTokenizer(replacement, onlyAtStart: scheme == PrependScheme.First);
        if (component.Flag("split", true))
            yield return new SplitPreTokenizer(Pattern.Literal(replacement), SplitBehavior.MergedWithNext);
    }
}
