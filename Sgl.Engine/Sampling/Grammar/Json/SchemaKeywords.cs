using System.Text.Json;

namespace Sgl.Engine.Sampling.Grammar.Json;

/// <summary>The keywords that schemas may use; all others are refused by name.</summary>
internal static class SchemaKeywords
{
    /// <summary>They say nothing about what is valid, or only hold schemas that others refer to.</summary>
    private static readonly HashSet<string> _annotations =
    [
        "$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default", "examples", "example",
        "deprecated", "readOnly", "writeOnly", "contentEncoding", "contentMediaType", "discriminator", "strict",
    ];

    private static readonly Dictionary<string, string> _types = new()
    {
        ["properties"] = "object",
        ["required"] = "object",
        ["additionalProperties"] = "object",
        ["patternProperties"] = "object",
        ["minProperties"] = "object",
        ["maxProperties"] = "object",
        ["items"] = "array",
        ["prefixItems"] = "array",
        ["minItems"] = "array",
        ["maxItems"] = "array",
        ["uniqueItems"] = "array",
        ["minLength"] = "string",
        ["maxLength"] = "string",
        ["pattern"] = "string",
        ["format"] = "string",
        ["minimum"] = "number",
        ["maximum"] = "number",
        ["exclusiveMinimum"] = "number",
        ["exclusiveMaximum"] = "number",
    };

    private static readonly HashSet<string> _general =
        ["type", "nullable", "enum", "const", "anyOf", "oneOf", "allOf", "$ref"];

    public static IReadOnlyList<string> Types { get; } =
        ["object", "array", "string", "integer", "number", "boolean", "null"];

    public static bool IsAnnotation(string keyword) => _annotations.Contains(keyword);

    /// <summary>The type of value that a keyword is about; null when it is about all.</summary>
    public static string? TypeOf(string keyword) => _types.GetValueOrDefault(keyword);

    /// <summary>The keywords of a schema that say something.</summary>
    public static IEnumerable<string> Constraints(SchemaPlace schema) =>
        schema.Members.Select(member => member.Name).Where(name => !IsAnnotation(name));

    /// <exception cref="GrammarException">The schema is none, or has a keyword that is not supported.</exception>
    public static void Check(SchemaPlace schema)
    {
        if (schema.Value.ValueKind != JsonValueKind.Object)
            throw schema.Fault("a schema must be an object, true or false");
        foreach ((string name, SchemaPlace place) in schema.Members)
        {
            if (!IsAnnotation(name) && !_general.Contains(name) && TypeOf(name) is null)
                throw place.Fault($"the keyword '{name}' is not supported");
        }
        if (schema.FindFlag("uniqueItems") == true)
            throw schema.Find("uniqueItems")!.Value.Fault("the keyword 'uniqueItems' is not supported");
    }

    /// <summary>The types that a schema allows, by what it says or by its keywords; null when it allows all.</summary>
    public static IReadOnlyList<string>? AllowedTypes(SchemaPlace schema)
    {
        if (schema.Find("type") is not SchemaPlace type)
        {
            string? implied = Constraints(schema).Select(TypeOf).FirstOrDefault(name => name is not null);
            return implied is null ? null : WithNull(schema, [implied]);
        }
        SchemaPlace[] names = type.Value.ValueKind == JsonValueKind.Array ? [.. type.Items] : [type];
        foreach (SchemaPlace name in names)
        {
            if (name.Value.ValueKind != JsonValueKind.String || !Types.Contains(name.Value.GetString()!))
                throw name.Fault($"expected a type: {string.Join(", ", Types)}");
        }
        return WithNull(schema, [.. names.Select(name => name.Value.GetString()!).Distinct()]);
    }

    /// <summary>OpenAPI's word for "or null".</summary>
    private static IReadOnlyList<string> WithNull(SchemaPlace schema, IReadOnlyList<string> types) =>
        schema.FindFlag("nullable") == true && !types.Contains("null") ? [.. types, "null"] : types;
}
