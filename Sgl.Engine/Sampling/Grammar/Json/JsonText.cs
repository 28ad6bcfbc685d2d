using System.Text;
using System.Text.Json;
using static Sgl.Engine.Sampling.Grammar.GrammarNode;

namespace Sgl.Engine.Sampling.Grammar.Json;

/// <summary>
/// What JSON looks like, as rules of one grammar. White space is what models write: nothing, a space, or a line break
/// with an indentation; between parts only, never before or behind the value. Numbers keep to 18 digits and exponents
/// to two, so that every reader can hold them and no model counts for ever.
/// </summary>
internal sealed class JsonText
{
    private const int Digits = 18;
    private const int Indentation = 32;
    private const int FirstPrintable = 0x20;

    private static readonly CodePointRanges _escaped =
        CodePointRanges.Of((0, FirstPrintable - 1), ('"', '"'), ('\\', '\\'));
    private static readonly CodePointRanges _hex = CodePointRanges.Of(('0', '9'), ('a', 'f'), ('A', 'F'));

    public JsonText(GrammarRules rules)
    {
        Whitespace = rules.Add("white space", Optional(AnyOf(
            new Literal(" "),
            Of(new Literal("\n"), new Repeat(Characters(" \t"), 0, Indentation)))));
        String = rules.Add("string", Quoted(new Repeat(StringCharacter, 0, null)));
        Integer = AnyOf(new Literal("0"), Of(Optional(new Literal("-")), Range('1', '9'), Digit(0, Digits - 1)));
        Number = rules.Add("number", Of(
            Optional(new Literal("-")),
            AnyOf(new Literal("0"), Of(Range('1', '9'), Digit(0, Digits - 1))),
            Optional(Of(new Literal("."), Digit(1, Digits))),
            Optional(Of(Characters("eE"), Optional(Characters("+-")), Digit(1, 2)))));
        Boolean = AnyOf(new Literal("true"), new Literal("false"));
        Null = new Literal("null");
        int any = rules.Declare("value");
        Any = new Reference(any);
        Object = rules.Add("object", List("{", Pair(String, Any), "}"));
        Array = rules.Add("array", List("[", Any, "]"));
        rules.Define(any, AnyOf(Object, Array, String, Number, Boolean, Null));
    }

    /// <summary>Code points that stand in strings as they are.</summary>
    public static CodePointRanges Plain { get; } = _escaped.Complement();

    /// <summary>One character of a string in any way of writing it; a surrogate pair is one.</summary>
    public static GrammarNode StringCharacter { get; } = AnyOf(
        new Character(Plain),
        Of(new Literal("\\"), AnyOf(Characters("\"\\/bfnrt"), Of(new Literal("u"), CodeUnits()))));

    /// <summary>The same without \u: where characters are counted, shorter automata do.</summary>
    public static GrammarNode CountedCharacter { get; } =
        AnyOf(new Character(Plain), Of(new Literal("\\"), Characters("\"\\/bfnrt")));

    public GrammarNode Whitespace { get; }

    public GrammarNode Any { get; }

    public GrammarNode Object { get; }

    public GrammarNode Array { get; }

    public GrammarNode String { get; }

    public GrammarNode Number { get; }

    public GrammarNode Integer { get; }

    public GrammarNode Boolean { get; }

    public GrammarNode Null { get; }

    public GrammarNode Separator => Of(Whitespace, new Literal(","), Whitespace);

    /// <summary>The grammar of all JSON objects.</summary>
    public static GrammarRules AnyObject()
    {
        GrammarRules rules = new();
        int root = rules.Declare("root");
        rules.Define(root, new JsonText(rules).Object);
        return rules;
    }

    public static GrammarNode Range(char first, char last) => new Character(CodePointRanges.Of((first, last)));

    public static GrammarNode Digit(int minimum, int maximum) => new Repeat(Range('0', '9'), minimum, maximum);

    public static GrammarNode Quoted(GrammarNode body) => Of(new Literal("\""), body, new Literal("\""));

    /// <summary>A string's content as it is written between the quotes.</summary>
    public static string Escape(string content)
    {
        StringBuilder text = new();
        foreach (char c in content)
            text.Append(_escaped.Contains(c) ? Escape(c) : c.ToString());
        return text.ToString();
    }

    /// <summary>Escapes what a pattern matches, as the content of a string.</summary>
    public static GrammarNode Escape(GrammarNode pattern) => pattern switch
    {
        Character character => Escape(character.Set),
        Literal literal => new Literal(Escape(literal.Text)),
        Sequence sequence => new Sequence([.. sequence.Items.Select(Escape)]),
        Choice choice => new Choice([.. choice.Options.Select(Escape)]),
        Repeat repeat => repeat with { Body = Escape(repeat.Body) },
        _ => throw new ArgumentException($"{pattern.GetType().Name} is no part of a pattern.", nameof(pattern)),
    };

    public GrammarNode Pair(GrammarNode key, GrammarNode value) =>
        Of(key, Whitespace, new Literal(":"), Whitespace, value);

    /// <summary>A value as it stands, with white space between its parts.</summary>
    public GrammarNode Constant(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => new Literal($"\"{Escape(value.GetString()!)}\""),
        JsonValueKind.Object => List("{", "}", [.. value.EnumerateObject().Select(
            property => Pair(new Literal($"\"{Escape(property.Name)}\""), Constant(property.Value)))]),
        JsonValueKind.Array => List("[", "]", [.. value.EnumerateArray().Select(Constant)]),
        _ => new Literal(value.GetRawText()),
    };

    private GrammarNode List(string open, GrammarNode item, string close) => Of(
        new Literal(open), Whitespace,
        Optional(Of(item, new Repeat(Of(Separator, item), 0, null), Whitespace)), new Literal(close));

    private GrammarNode List(string open, string close, GrammarNode[] items) => Of(
        new Literal(open), Whitespace,
        Of([.. items.SelectMany((item, i) => i == 0 ? new[] { item } : [Separator, item])]),
        items.Length == 0 ? Empty : Whitespace, new Literal(close));

    /// <summary>Control characters other than the common ones are left out of large sets.</summary>
    private static Choice Escape(CodePointRanges set)
    {
        const int Large = 64;
        bool isLarge = set.Ranges.Sum(range => range.Last - range.First + 1) > Large;
        List<GrammarNode> options = [new Character(set.Except(_escaped))];
        foreach ((int first, int last) in _escaped.Ranges)
        {
            for (int c = first; c <= last; c++)
            {
                if (set.Contains(c) && (c >= FirstPrintable || c is '\n' or '\r' or '\t' || !isLarge))
                    options.Add(new Literal(Escape((char)c)));
            }
        }
        return new Choice(options);
    }

    private static string Escape(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\b' => "\\b",
        '\f' => "\\f",
        _ => $"\\u{(int)c:x4}",
    };

    /// <summary>The four digits of a code unit, and the second half of a surrogate pair.</summary>
    private static GrammarNode CodeUnits()
    {
        GrammarNode hex = new Character(_hex);
        return AnyOf(
            Of(new Character(_hex.Except(CodePointRanges.Of(('d', 'd'), ('D', 'D')))), new Repeat(hex, 3, 3)),
            Of(Characters("dD"), Range('0', '7'), hex, hex),
            Of(Characters("dD"), Characters("89abAB"), hex, hex, new Literal("\\u"),
                Characters("dD"), Characters("cdefCDEF"), hex, hex));
    }

    private static Character Characters(string characters) =>
        new(CodePointRanges.Of([.. characters.Select(c => ((int)c, (int)c))]));
}
