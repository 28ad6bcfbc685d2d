using System.Globalization;
using System.Text.Json;

namespace Sgl.Gateway.Requests;

/// <summary>
/// The fields of one JSON object of a request. A field that is absent or null reads as null, and one of the wrong type
/// or out of range is refused by a message that names it.
/// </summary>
internal readonly struct JsonFields
{
    private const int ShownLength = 64;

    private readonly JsonElement _object;
    private readonly string _path;

    /// <param name="path">Of the object in the body, with a dot at its end; empty for the body itself.</param>
    public JsonFields(JsonElement element, string path = "")
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new RequestException(
                $"{(path.Length > 0 ? path.TrimEnd('.') : "The body")} must be a JSON object, not {Kind(element)}.",
                path.Length > 0 ? path.TrimEnd('.') : null);
        (_object, _path) = (element, path);
    }

    public IEnumerable<string> Names => _object.EnumerateObject().Select(property => property.Name);

    /// <summary>False when the field is absent or null.</summary>
    public bool TryGet(string name, out JsonElement value) =>
        _object.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    public bool? Bool(string name) => TryGet(name, out JsonElement value) ? Bool(name, value) : null;

    public bool Bool(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, value, "true or false"),
    };

    public string? Text(string name) => !TryGet(name, out JsonElement value) ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, value, "a string");

    public int? Int(string name, int min = int.MinValue, int max = int.MaxValue) =>
        !TryGet(name, out JsonElement value) ? null : Int(name, value, min, max);

    public int Int(string name, JsonElement value, int min, int max)
    {
        string range = (min, max) switch
        {
            (int.MinValue, int.MaxValue) => "an integer",
            (_, int.MaxValue) => $"an integer, {min} or more",
            _ => $"an integer from {min} to {max}",
        };
        // 16.0 is an integer to most JSON libraries.
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out double number)
            || number != Math.Floor(number))
            throw Wrong(name, value, range);
        return number >= min && number <= max ? (int)number : throw Wrong(name, value, range);
    }

    /// <summary>Any whole number of 64 bits.</summary>
    public long? Long(string name) => !TryGet(name, out JsonElement value) ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number
        : throw Wrong(name, value, "an integer of 64 bits");

    /// <summary>A finite number that <paramref name="allowed"/> takes.</summary>
    public float? Number(string name, Func<double, bool> allowed, string expected)
    {
        if (!TryGet(name, out JsonElement value))
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number)
            && double.IsFinite(number) && allowed(number) ? (float)number : throw Wrong(name, value, expected);
    }

    /// <summary>A string, or a list of strings.</summary>
    public string[]? Texts(string name)
    {
        if (!TryGet(name, out JsonElement value))
            return null;
        if (value.ValueKind == JsonValueKind.String)
            return [value.GetString()!];
        if (value.ValueKind != JsonValueKind.Array)
            throw Wrong(name, value, "a string or a list of strings");
        JsonFields fields = this;
        return [.. value.EnumerateArray().Select((item, i) => item.ValueKind == JsonValueKind.String
            ? item.GetString()! : throw fields.Wrong($"{name}[{i}]", item, "a string"))];
    }

    public int[]? Ints(string name, int min, int max)
    {
        if (!TryGet(name, out JsonElement value))
            return null;
        return value.ValueKind == JsonValueKind.Array ? Ints(name, value, min, max)
            : throw Wrong(name, value, "a list of integers");
    }

    public int[] Ints(string name, JsonElement list, int min, int max)
    {
        int[] values = new int[list.GetArrayLength()];
        int i = 0;
        foreach (JsonElement item in list.EnumerateArray())
        {
            bool valid = item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out values[i])
                && values[i] >= min && values[i] <= max;
            if (!valid)
                values[i] = Int($"{name}[{i}]", item, min, max);
            i++;
        }

        return values;
    }

    public JsonElement? List(string name) => !TryGet(name, out JsonElement value) ? null
        : value.ValueKind == JsonValueKind.Array ? value : throw Wrong(name, value, "a list");

    public JsonFields? Object(string name) =>
        TryGet(name, out JsonElement value) ? Child(name, value) : null;

    /// <summary>An object inside this one that is not simply one of its fields, such as an item of a list.</summary>
    public JsonFields Child(string name, JsonElement value) => new(value, $"{_path}{name}.");

    /// <summary>The error for a field with a value that it cannot have.</summary>
    public RequestException Wrong(string name, JsonElement value, string expected) =>
        new($"{_path}{name}: {Shown(value)} is not allowed; expected {expected}.", _path + name);

    /// <summary>The error for a field with a fault that its value alone does not show.</summary>
    public RequestException Fault(string name, string fault) => new($"{_path}{name}: {fault}", _path + name);

    private static string Shown(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            return Kind(value);
        string text = value.GetRawText();
        return text.Length <= ShownLength ? text
            : string.Create(CultureInfo.InvariantCulture, $"{text[..ShownLength]}...");
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a truth value",
    };
}
