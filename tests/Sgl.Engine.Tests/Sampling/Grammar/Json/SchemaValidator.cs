using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sgl.Engine.Tests.Sampling.Grammar.Json;

/// <summary>Says what of a value is not valid under a schema, by the words of the specification alone.</summary>
internal sealed class SchemaValidator(JsonElement root)
{
    /// <summary>Null when it is valid.</summary>
    public string? Fault(JsonElement value) => Fault(root, value);

    private string? Fault(JsonElement schema, JsonElement value)
    {
        if (schema.ValueKind == JsonValueKind.True)
            return null;
        if (schema.ValueKind == JsonValueKind.False)
            return "nothing is allowed";
        if (schema.TryGetProperty("nullable", out JsonElement nullable) && nullable.GetBoolean()
            && value.ValueKind == JsonValueKind.Null)
            return null;
        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            if (Fault(schema, keyword.Name, keyword.Value, value) is string fault)
                return $"{keyword.Name}: {fault} ({value.GetRawText()})";
        }
        return null;
    }

    private string? Fault(JsonElement schema, string keyword, JsonElement word, JsonElement value)
    {
        switch (keyword)
        {
            case "$ref":
                return Fault(Resolve(word.GetString()!), value);
            case "type":
                return Types(word).Any(type => Is(type, value)) ? null : "is of another type";
            case "enum":
                return word.EnumerateArray().Any(item => JsonElement.DeepEquals(item, value)) ? null : "is not listed";
            case "const":
                return JsonElement.DeepEquals(word, value) ? null : "is another value";
            case "allOf":
                return word.EnumerateArray().Select(part => Fault(part, value)).FirstOrDefault(fault => fault != null);
            case "anyOf":
                return word.EnumerateArray().Any(part => Fault(part, value) is null) ? null : "is none of them";
            case "oneOf":
                return word.EnumerateArray().Count(part => Fault(part, value) is null) == 1 ? null : "is not just one";
            default:
                return value.ValueKind switch
                {
                    JsonValueKind.Object => OfObject(schema, keyword, word, value),
                    JsonValueKind.Array => OfArray(schema, keyword, word, value),
                    JsonValueKind.String => OfString(keyword, word, value.GetString()!),
                    JsonValueKind.Number => OfNumber(keyword, word, value),
                    _ => null,
                };
        }
    }

    private string? OfObject(JsonElement schema, string keyword, JsonElement word, JsonElement value)
    {
        int count = value.EnumerateObject().Count();
        bool good = keyword switch
        {
            "required" => word.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
            "minProperties" => count >= word.GetInt32(),
            "maxProperties" => count <= word.GetInt32(),
            _ => true,
        };
        if (!good)
            return "does not hold";
        foreach (JsonProperty member in value.EnumerateObject())
        {
            bool named = schema.TryGetProperty("properties", out JsonElement properties)
                && properties.TryGetProperty(member.Name, out _);
            JsonElement? own = keyword switch
            {
                "properties" when named => word.GetProperty(member.Name),
                "patternProperties" => Pattern(word, member.Name),
                "additionalProperties" when !named && Pattern(schema, member.Name, "patternProperties") is null => word,
                _ => null,
            };
            if (own is JsonElement other && Fault(other, member.Value) is string fault)
                return $"{member.Name}: {fault}";
        }
        return null;
    }

    private static JsonElement? Pattern(JsonElement schema, string name, string keyword) =>
        schema.TryGetProperty(keyword, out JsonElement patterns) ? Pattern(patterns, name) : null;

    private static JsonElement? Pattern(JsonElement patterns, string name)
    {
        foreach (JsonProperty pattern in patterns.EnumerateObject())
        {
            if (Regex.IsMatch(name, pattern.Name, RegexOptions.ECMAScript))
                return pattern.Value;
        }
        return null;
    }

    private string? OfArray(JsonElement schema, string keyword, JsonElement word, JsonElement value)
    {
        int first = schema.TryGetProperty("prefixItems", out JsonElement prefix) ? prefix.GetArrayLength() : 0;
        JsonElement[] items = [.. value.EnumerateArray()];
        return keyword switch
        {
            "minItems" => items.Length >= word.GetInt32() ? null : "are too few",
            "maxItems" => items.Length <= word.GetInt32() ? null : "are too many",
            "items" => items.Skip(first).Select(item => Fault(word, item)).FirstOrDefault(fault => fault is not null),
            "prefixItems" => items.Zip(word.EnumerateArray(), (item, part) => Fault(part, item))
                .FirstOrDefault(fault => fault is not null),
            _ => null,
        };
    }

    private static string? OfString(string keyword, JsonElement word, string value)
    {
        int length = value.EnumerateRunes().Count();
        bool good = keyword switch
        {
            "minLength" => length >= word.GetInt32(),
            "maxLength" => length <= word.GetInt32(),
            "pattern" => Regex.IsMatch(value, word.GetString()!, RegexOptions.ECMAScript),
            "format" => IsOfFormat(word.GetString()!, value),
            _ => true,
        };
        return good ? null : "does not hold";
    }

    private static bool IsOfFormat(string format, string value) => format switch
    {
        "date" => DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "time" => DateTimeOffset.TryParse("2001-01-01T" + value, CultureInfo.InvariantCulture, out _),
        "date-time" => value.StartsWith("0001-01-01", StringComparison.Ordinal)
            || value.StartsWith("9999-12-31", StringComparison.Ordinal)
            || DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, out _),
        "uuid" => Guid.TryParseExact(value, "D", out _),
        "email" => System.Net.Mail.MailAddress.TryCreate(value, out _),
        "hostname" => Uri.CheckHostName(value) != UriHostNameType.Unknown,
        "ipv4" or "ipv6" => System.Net.IPAddress.TryParse(value, out _),
        "uri" => Uri.TryCreate(value, UriKind.Absolute, out _),
        _ => value.StartsWith('P') && value.Length > 2,
    };

    private static string? OfNumber(string keyword, JsonElement word, JsonElement value)
    {
        if (!keyword.Contains("imum", StringComparison.OrdinalIgnoreCase))
            return null;
        int order = value.GetDecimal().CompareTo(word.GetDecimal());
        bool good = keyword switch
        {
            "minimum" => order >= 0,
            "maximum" => order <= 0,
            "exclusiveMinimum" => order > 0,
            _ => order < 0,
        };
        return good ? null : "does not hold";
    }

    private JsonElement Resolve(string pointer) =>
        pointer.Split('/').Skip(1).Aggregate(root, (place, name) => place.GetProperty(name));

    private static string[] Types(JsonElement word) => word.ValueKind == JsonValueKind.Array
        ? [.. word.EnumerateArray().Select(item => item.GetString()!)] : [word.GetString()!];

    private static bool Is(string type, JsonElement value) => type switch
    {
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => value.ValueKind.ToString().Equals(type, StringComparison.OrdinalIgnoreCase),
    };
}
