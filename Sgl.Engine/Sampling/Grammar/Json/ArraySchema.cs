using System.Text.Json;
using static Sgl.Engine.Sampling.Grammar.GrammarNode;

namespace Sgl.Engine.Sampling.Grammar.Json;

/// <summary>Arrays: those that prefixItems names, then those of items.</summary>
internal sealed class ArraySchema(SchemaCompiler compiler)
{
    public GrammarNode Compile(SchemaPlace schema)
    {
        SchemaPlace[] first = [.. schema.FindList("prefixItems")?.Items ?? []];
        int minimum = schema.FindCount("minItems") ?? 0;
        int? maximum = schema.FindCount("maxItems");
        if (first.Length == 0 && minimum == 0 && maximum is null && !schema.Has("items"))
            return compiler.Json.Array;
        if (maximum < minimum)
            throw schema.Fault($"minItems, {minimum}, is more than maxItems, {maximum}");
        GrammarNode rest = Rest(schema, first.Length, minimum, maximum);
        for (int i = Math.Min(first.Length, maximum ?? int.MaxValue) - 1; i >= 0; i--)
        {
            GrammarNode here = Of(Separator(i), compiler.Compile(first[i]), rest);
            rest = compiler.AddRule(first[i].Pointer, i < minimum ? here : Optional(here));
        }
        JsonText json = compiler.Json;
        return compiler.AddRule(
            schema.Pointer, Of(new Literal("["), json.Whitespace, rest, json.Whitespace, new Literal("]")));
    }

    private GrammarNode Rest(SchemaPlace schema, int before, int minimum, int? maximum)
    {
        SchemaPlace? items = schema.Find("items");
        bool none = items is { } given ? given.Value.ValueKind == JsonValueKind.False : before > 0;
        int least = Math.Max(minimum - before, 0);
        int? most = maximum - before;
        if (none || most <= 0)
            return !none || least == 0 ? Empty
                : throw schema.Fault($"minItems is {minimum}, and there are no items behind the first {before}");
        GrammarNode item = items is { } described
            ? compiler.AddRule(described.Pointer, compiler.Compile(described)) : compiler.Json.Any;
        Sequence next = new([compiler.Json.Separator, item]);
        if (before > 0)
            return new Repeat(next, least, most);
        GrammarNode all = Of(item, new Repeat(next, Math.Max(least - 1, 0), most - 1));
        return least > 0 ? all : Optional(all);
    }

    private GrammarNode Separator(int before) => before == 0 ? Empty : compiler.Json.Separator;
}
