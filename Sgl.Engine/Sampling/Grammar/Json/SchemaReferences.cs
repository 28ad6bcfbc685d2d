using System.Text.Json;

namespace Sgl.Engine.Sampling.Grammar.Json;

/// <summary>Finds what $ref names, and tells whether two schemas can both hold for a value.</summary>
internal sealed class SchemaReferences(SchemaPlace root)
{
    /// <exception cref="GrammarException">There is no such place in the schema.</exception>
    public SchemaPlace Resolve(SchemaPlace reference)
    {
        string pointer = reference.Of(JsonValueKind.String, "a string").Value.GetString()!;
        if (!pointer.StartsWith('#') || pointer.Length > 1 && pointer[1] != '/')
            throw reference.Fault($"'{pointer}' is not supported; expected # or #/ and a place in this schema");
        SchemaPlace place = root;
        foreach (string part in pointer.Split('/').Skip(1))
        {
            string name = Uri.UnescapeDataString(part).Replace("~1", "/").Replace("~0", "~");
            place = (place.Value.ValueKind switch
            {
                JsonValueKind.Object => place.Find(name),
                JsonValueKind.Array when int.TryParse(name, out int i) && i >= 0 => Item(place, i),
                _ => null,
            }) ?? throw reference.Fault($"'{pointer}' leads nowhere");
        }
        return place;
    }

    /// <summary>A schema itself, or what it refers to when it says nothing else.</summary>
    public SchemaPlace Follow(SchemaPlace schema)
    {
        for (int i = 0; i < GrammarLimits.Depth; i++)
        {
            if (schema.Value.ValueKind != JsonValueKind.Object || schema.Find("$ref") is not SchemaPlace reference)
                return schema;
            schema = Resolve(reference);
        }
        throw schema.Fault("the references lead in a circle");
    }

    /// <exception cref="GrammarException">Two of the schemas may hold for the same value.</exception>
    public void CheckExclusive(SchemaPlace[] options)
    {
        for (int i = 0; i < options.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (!AreExclusive(Follow(options[i]), Follow(options[j])))
                    throw options[i].Fault(
                        $"it may hold together with {options[j].Pointer}, which oneOf forbids; give them different "
                        + "types, or a required property of different constants, or use anyOf");
            }
        }
    }

    public static bool IsOfType(JsonElement value, string type) => value.ValueKind switch
    {
        JsonValueKind.Object => type == "object",
        JsonValueKind.Array => type == "array",
        JsonValueKind.String => type == "string",
        JsonValueKind.Number => type == "number"
            || type == "integer" && value.TryGetDecimal(out decimal number) && number == decimal.Truncate(number),
        JsonValueKind.Null => type == "null",
        _ => type == "boolean",
    };

    private static SchemaPlace? Item(SchemaPlace list, int i) =>
        i < list.Value.GetArrayLength() ? list.Items.ElementAt(i) : null;

    private bool AreExclusive(SchemaPlace a, SchemaPlace b)
    {
        if (a.Value.ValueKind != JsonValueKind.Object || b.Value.ValueKind != JsonValueKind.Object)
            return a.Value.ValueKind == JsonValueKind.False || b.Value.ValueKind == JsonValueKind.False;
        if (Values(a) is { } left && Values(b) is { } right)
            return !left.Any(value => right.Any(other => JsonElement.DeepEquals(value, other)));
        if (TypesOf(a) is { } types && TypesOf(b) is { } others && !types.Intersect(others).Any())
            return true;
        if (!IsObject(a) || !IsObject(b))
            return false;
        return Required(a).Intersect(Required(b)).Any(name =>
            Property(a, name) is SchemaPlace mine && Property(b, name) is SchemaPlace other
            && AreExclusive(Follow(mine), Follow(other)));
    }

    private static bool IsObject(SchemaPlace schema) =>
        SchemaKeywords.AllowedTypes(schema) is ["object"];

    private static JsonElement[]? Values(SchemaPlace schema) =>
        schema.Find("const") is SchemaPlace constant ? [constant.Value]
        : schema.FindList("enum") is SchemaPlace list ? [.. list.Value.EnumerateArray()] : null;

    /// <summary>With integers as numbers: some numbers are integers.</summary>
    private static string[]? TypesOf(SchemaPlace schema)
    {
        if (Values(schema) is { } values)
            return [.. SchemaKeywords.Types.Where(type => values.Any(value => IsOfType(value, type)))];
        return SchemaKeywords.AllowedTypes(schema) is { } types
            ? [.. types.Contains("integer") ? types.Append("number") : types.Contains("number")
                ? types.Append("integer") : types] : null;
    }

    private static string[] Required(SchemaPlace schema) => schema.FindList("required") is SchemaPlace list
        ? [.. list.Items.Select(item => item.Of(JsonValueKind.String, "a string").Value.GetString()!)] : [];

    private static SchemaPlace? Property(SchemaPlace schema, string name) =>
        schema.FindObject("properties")?.Find(name);
}
