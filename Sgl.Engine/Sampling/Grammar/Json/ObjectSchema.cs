using System.Text;
using System.Text.Json;
using static Sgl.Engine.Sampling.Grammar.GrammarNode;

namespace Sgl.Engine.Sampling.Grammar.Json;

/// <summary>
/// Objects: the properties in the order of the schema, then additional ones. A rule stands for "what may still come
/// from this property on, when so many have come", so their number costs no more than their product.
/// </summary>
internal sealed class ObjectSchema(SchemaCompiler compiler)
{
    private const int MostRules = 5000;

    private JsonText Json => compiler.Json;

    public GrammarNode Compile(SchemaPlace schema)
    {
        string[] required = [.. (schema.FindList("required")?.Items ?? []).Select(
            item => item.Of(JsonValueKind.String, "a string").Value.GetString()!).Distinct()];
        int minimum = schema.FindCount("minProperties") ?? 0;
        int? maximum = schema.FindCount("maxProperties");
        (string Name, SchemaPlace Place)[] named = [.. schema.FindObject("properties")?.Members ?? []];
        GrammarNode? additional = Additional(schema, [.. named.Select(member => member.Name).Union(required)]);
        if (named.Length == 0 && required.Length == 0 && minimum == 0 && maximum is null
            && !schema.Has("additionalProperties") && !schema.Has("patternProperties"))
            return Json.Object;

        List<(GrammarNode Pair, bool Required)> members = [.. named.Select(member =>
            (Json.Pair(Key(member.Name), compiler.Compile(member.Place)), required.Contains(member.Name)))];
        foreach (string name in required.Except(named.Select(member => member.Name)))
            members.Add((Json.Pair(Key(name), Unnamed(schema, name)), true));
        GrammarNode rest = Rest(schema, members, additional, minimum, maximum);
        return compiler.AddRule(schema.Pointer, Of(new Literal("{"), rest, Json.Whitespace, new Literal("}")));
    }

    private GrammarNode Rest(
        SchemaPlace schema, List<(GrammarNode Pair, bool Required)> members, GrammarNode? additional, int minimum,
        int? maximum)
    {
        // Numbers of properties beyond it are all alike.
        int most = Math.Max(1, Math.Max(minimum, maximum ?? 0));
        if ((long)(members.Count + 1) * (most + 1) > MostRules)
            throw schema.Fault("minProperties or maxProperties is too large for so many properties");
        Reference[] rules = [.. Enumerable.Range(0, most + 1).Select(count =>
            new Reference(compiler.DeclareRule($"{schema.Pointer} behind {count} properties")))];
        for (int count = 0; count <= most; count++)
        {
            List<GrammarNode> options = count >= minimum ? [Empty] : [];
            if (additional is not null && !(count >= maximum))
                options.Add(Of(Separator(count), additional, rules[Math.Min(count + 1, most)]));
            compiler.DefineRule(rules[count].Rule, new Choice(options));
        }
        for (int i = members.Count - 1; i >= 0; i--)
        {
            Reference[] next = rules;
            rules = [.. Enumerable.Range(0, most + 1).Select(count =>
            {
                List<GrammarNode> options = members[i].Required ? [] : [next[count]];
                if (!(count >= maximum))
                    options.Insert(0, Of(Separator(count), members[i].Pair, next[Math.Min(count + 1, most)]));
                return compiler.AddRule($"{schema.Pointer} at property {i}", new Choice(options));
            })];
        }
        return rules[0];
    }

    private GrammarNode Separator(int count) => count == 0 ? Json.Whitespace : Json.Separator;

    private static Literal Key(string name) => new($"\"{JsonText.Escape(name)}\"");

    /// <summary>The value of a property that is required and not described.</summary>
    private GrammarNode Unnamed(SchemaPlace schema, string name)
    {
        if (schema.Find("additionalProperties") is SchemaPlace additional)
            return additional.Value.ValueKind != JsonValueKind.False ? compiler.Compile(additional)
                : throw additional.Fault($"it forbids '{name}', which is required");
        return schema.Has("patternProperties")
            ? throw schema.Fault($"'{name}' is required and not in properties") : Json.Any;
    }

    /// <summary>A property that has no name in the schema; null when there is to be none.</summary>
    private GrammarNode? Additional(SchemaPlace schema, string[] names)
    {
        SchemaPlace? additional = schema.Find("additionalProperties");
        bool allowed = additional is { } given && given.Value.ValueKind != JsonValueKind.False;
        if (schema.FindObject("patternProperties") is SchemaPlace patterns)
        {
            if (names.Length > 0 || allowed)
                throw patterns.Fault("it is supported only without properties and additionalProperties");
            (string Name, SchemaPlace Place)[] all = [.. patterns.Members];
            if (all.Length > 1)
                throw patterns.Fault("more than one pattern is not supported: a key might match both");
            return AnyOf([.. all.Select(member => Json.Pair(
                JsonText.Quoted(StringSchema.Pattern(member.Place, member.Name)), compiler.Compile(member.Place)))]);
        }
        if (additional is null && names.Length > 0 || additional is { } place && !allowed)
            return null;
        GrammarNode value = additional is { } described ? compiler.Compile(described) : Json.Any;
        GrammarNode key = names.Length == 0 ? Json.String
            : compiler.AddRule($"a key of {schema.Pointer}", JsonText.Quoted(Other(names, 0)));
        return compiler.AddRule($"{schema.Pointer}/additionalProperties", Json.Pair(key, value));
    }

    /// <summary>
    /// What is none of some names, all alike up to a place: it ends before one does, or leaves them by a character,
    /// behind which all is free. Escapes come only then: they could spell a name.
    /// </summary>
    private static Choice Other(string[] names, int position)
    {
        List<GrammarNode> options = [];
        if (!names.Any(name => name.Length == position))
            options.Add(Empty);
        CodePointRanges leaving = JsonText.Plain;
        foreach (IGrouping<Rune, string> group in names.Where(name => name.Length > position)
            .GroupBy(name => RuneAt(name, position)))
        {
            CodePointRanges next = CodePointRanges.Of(group.Key.Value);
            leaving = leaving.Except(next);
            if (JsonText.Plain.Contains(group.Key.Value))
                options.Add(Of(
                    new Character(next), Other([.. group], position + group.Key.Utf16SequenceLength)));
        }
        options.Add(Of(new Character(leaving), new Repeat(JsonText.StringCharacter, 0, null)));
        return new Choice(options);
    }

    private static Rune RuneAt(string name, int position) =>
        Rune.TryGetRuneAt(name, position, out Rune rune) ? rune : Rune.ReplacementChar;
}
