using System.Text.Json;

namespace Sgl.Engine.Sampling.Grammar.Json;

/// <summary>A value in a schema, and where it is.</summary>
/// <param name="Pointer">A JSON pointer as a fragment: # is the whole schema.</param>
internal readonly record struct SchemaPlace(JsonElement Value, string Pointer)
{
    public IEnumerable<SchemaPlace> Items
    {
        get
        {
            string pointer = Pointer;
            return Value.EnumerateArray().Select((item, i) => new SchemaPlace(item, $"{pointer}/{i}"));
        }
    }

    /// <summary>By name; in the order of the text.</summary>
    public IEnumerable<(string Name, SchemaPlace Place)> Members
    {
        get
        {
            string pointer = Pointer;
            return Value.EnumerateObject().Select(
                member => (member.Name, new SchemaPlace(member.Value, $"{pointer}/{Escape(member.Name)}")));
        }
    }

    public bool Has(string name) => Value.TryGetProperty(name, out _);

    public SchemaPlace? Find(string name) => Value.TryGetProperty(name, out JsonElement value)
        ? new SchemaPlace(value, $"{Pointer}/{Escape(name)}") : null;

    /// <exception cref="GrammarException">The value is of another kind.</exception>
    public SchemaPlace Of(JsonValueKind kind, string expected) =>
        Value.ValueKind == kind ? this : throw Fault($"expected {expected}");

    public SchemaPlace? FindList(string name) => Find(name)?.Of(JsonValueKind.Array, "a list");

    public SchemaPlace? FindObject(string name) => Find(name)?.Of(JsonValueKind.Object, "an object");

    public string? FindText(string name) => Find(name)?.Of(JsonValueKind.String, "a string").Value.GetString();

    /// <summary>A length or a count.</summary>
    public int? FindCount(string name)
    {
        if (Find(name) is not SchemaPlace place)
            return null;
        return place.Value.ValueKind == JsonValueKind.Number && place.Value.TryGetInt32(out int count)
            && count is >= 0 and <= GrammarLimits.Repetition
            ? count : throw place.Fault($"expected an integer from 0 to {GrammarLimits.Repetition}");
    }

    public decimal? FindNumber(string name)
    {
        if (Find(name) is not SchemaPlace place)
            return null;
        return place.Value.ValueKind == JsonValueKind.Number && place.Value.TryGetDecimal(out decimal number)
            ? number : throw place.Fault("expected a number of at most 28 digits");
    }

    public bool? FindFlag(string name) => Find(name) is not SchemaPlace place ? null
        : place.Value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw place.Fault("expected true or false"),
        };

    public GrammarException Fault(string fault) => new($"At {Pointer} of the schema: {fault}.");

    private static string Escape(string name) => name.Replace("~", "~0").Replace("/", "~1");
}
