using System.Text.Json;

namespace Sgl.Engine.Text.Tokenizing;

/// <summary>Reads the fields of tokenizer.json's components; what is wrong is said by a FormatException.</summary>
internal static class TokenizerJson
{
    public static JsonElement Field(this JsonElement component, string name) =>
        component.Optional(name) ?? throw new FormatException($"{component.Describe()} has no \"{name}\"");

    /// <summary>A field's value; null where it is absent or null.</summary>
    public static JsonElement? Optional(this JsonElement component, string name) =>
        component.ValueKind == JsonValueKind.Object && component.TryGetProperty(name, out var value)
        && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    public static string Text(this JsonElement component, string name) =>
        component.Field(name) is { ValueKind: JsonValueKind.String } value
            ? value.GetString()!
            : throw component.Wrong(name, "a string");

    /// <summary>A text field that must not be empty.</summary>
    public static string Sign(this JsonElement component, string name) =>
        component.Text(name) is { Length: > 0 } text ? text : throw component.Wrong(name, "a text");

    public static bool Flag(this JsonElement component, string name, bool otherwise) =>
        component.Optional(name) is not { } value ? otherwise
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw component.Wrong(name, "true or false");

    public static int Number(this JsonElement component, string name) =>
        component.Field(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number)
            ? number
            : throw component.Wrong(name, "an integer");

    public static IEnumerable<JsonElement> Items(this JsonElement component, string name) =>
        component.Field(name) is { ValueKind: JsonValueKind.Array } value
            ? value.EnumerateArray()
            : throw component.Wrong(name, "a list");

    /// <summary>A component's "type".</summary>
    public static string Type(this JsonElement component) => component.Text("type");

    /// <summary>The error for a component whose type is none of the known.</summary>
    /// <param name="kind">What it is, such as "normalizer".</param>
    public static FormatException Unknown(this JsonElement component, string kind, string known) =>
        new($"the {kind} {component.Type()} is not known (known are {known})");

    private static FormatException Wrong(this JsonElement component, string name, string right) =>
        new($"{component.Describe()} has a \"{name}\" that is not {right}: {component.Field(name).GetRawText()}");

    private static string Describe(this JsonElement component) =>
        component.ValueKind == JsonValueKind.Object && component.TryGetProperty("type", out var type)
            ? type.ToString()
            : "a component";
}
