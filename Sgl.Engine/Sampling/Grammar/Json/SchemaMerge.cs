using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sgl.Engine.Sampling.Grammar.Json;

/// <summary>Makes one schema of several that must all hold.</summary>
internal sealed class SchemaMerge(SchemaReferences references)
{
    /// <summary>A schema with $ref or allOf, without them.</summary>
    public SchemaPlace Flatten(SchemaPlace schema)
    {
        SchemaPlace merged = Without(Without(schema, "$ref"), "allOf");
        if (schema.Find("$ref") is SchemaPlace reference)
            merged = Combine(merged, references.Resolve(reference));
        foreach (SchemaPlace part in schema.FindList("allOf")?.Items ?? [])
            merged = Combine(merged, part);
        return merged;
    }

    public SchemaPlace Without(SchemaPlace schema, string keyword)
    {
        JsonObject copy = JsonObject.Create(schema.Value)!;
        return copy.Remove(keyword) ? schema with { Value = JsonSerializer.SerializeToElement(copy) } : schema;
    }

    /// <exception cref="GrammarException">The two cannot be made one.</exception>
    public SchemaPlace Combine(SchemaPlace a, SchemaPlace b)
    {
        b = references.Follow(b);
        if (b.Value.ValueKind == JsonValueKind.True)
            return a;
        if (b.Value.ValueKind == JsonValueKind.False)
            return b;
        SchemaKeywords.Check(b);
        SchemaKeywords.AllowedTypes(b);
        if (b.Has("allOf"))
            b = Flatten(b);
        JsonObject left = JsonObject.Create(a.Value)!, right = JsonObject.Create(b.Value)!;
        JsonObject merged = [];
        foreach (string name in left.Select(member => member.Key).Union(right.Select(member => member.Key)))
        {
            if (name is "properties" or "additionalProperties")
                continue;
            JsonNode? one = left[name], other = right[name];
            merged[name] = !right.ContainsKey(name) || SchemaKeywords.IsAnnotation(name) && left.ContainsKey(name)
                || JsonNode.DeepEquals(one, other) ? one?.DeepClone()
                : !left.ContainsKey(name) ? other?.DeepClone()
                : Both(name, one!, other!, b);
        }
        MergeProperties(left, right, merged);
        return new SchemaPlace(JsonSerializer.SerializeToElement(merged), b.Pointer);
    }

    /// <summary>A property that only one side names must also be what the other says of additional ones.</summary>
    private static void MergeProperties(JsonObject left, JsonObject right, JsonObject merged)
    {
        if (All(left["additionalProperties"], right["additionalProperties"]) is JsonNode additional)
            merged["additionalProperties"] = additional;
        if ((left["properties"] ?? right["properties"]) is null)
            return;
        JsonObject ours = left["properties"] as JsonObject ?? [], theirs = right["properties"] as JsonObject ?? [];
        JsonObject properties = [];
        foreach (string name in ours.Select(member => member.Key).Union(theirs.Select(member => member.Key)))
            properties[name] = All(
                ours[name] ?? left["additionalProperties"], theirs[name] ?? right["additionalProperties"]);
        merged["properties"] = properties;
    }

    private static JsonNode? All(JsonNode? a, JsonNode? b) =>
        a is null || b is null || JsonNode.DeepEquals(a, b) ? (a ?? b)?.DeepClone()
        : IsFalse(a) || IsFalse(b) ? JsonValue.Create(false)
        : new JsonObject { ["allOf"] = new JsonArray(a.DeepClone(), b.DeepClone()) };

    private static bool IsFalse(JsonNode node) => node.GetValueKind() == JsonValueKind.False;

    private static JsonNode Both(string name, JsonNode a, JsonNode b, SchemaPlace place)
    {
        switch (name)
        {
            case "required":
                return new JsonArray([.. Items(a).Concat(Items(b)).Select(item => item!.GetValue<string>()).Distinct()
                    .Select(item => (JsonNode?)item)]);
            case "enum":
                return new JsonArray([.. Items(a).Where(item => Items(b).Any(other => JsonNode.DeepEquals(item, other)))
                    .Select(item => item?.DeepClone())]);
            case "type":
                return new JsonArray([.. Types(a).Intersect(Types(b)).Select(item => (JsonNode?)item)]);
            case "items":
                return All(a, b)!;
            case "minimum" or "exclusiveMinimum" or "minLength" or "minItems" or "minProperties":
                return JsonValue.Create(Math.Max(a.GetValue<decimal>(), b.GetValue<decimal>()));
            case "maximum" or "exclusiveMaximum" or "maxLength" or "maxItems" or "maxProperties":
                return JsonValue.Create(Math.Min(a.GetValue<decimal>(), b.GetValue<decimal>()));
            default:
                throw place.Fault($"two different '{name}' that must both hold are not supported");
        }
    }

    private static IEnumerable<JsonNode?> Items(JsonNode node) => node as JsonArray ?? [];

    /// <summary>A number may be an integer.</summary>
    private static IEnumerable<string> Types(JsonNode node)
    {
        string[] types = node is JsonArray list
            ? [.. list.Select(item => item!.GetValue<string>())] : [node.GetValue<string>()];
        return types.Contains("number") ? types.Append("integer") : types;
    }
}
