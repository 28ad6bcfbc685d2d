using System.Text.Json;
using Sgl.Engine.Requests;

namespace Sgl.Engine.Models;

/// <summary>
/// One object of a JSON file, read field by field. A field that is absent takes its default; one that is null is null,
/// as in transformers. Every error names file and field.
/// </summary>
public sealed class ConfigFields
{
    private readonly string _file;
    private readonly string _path;
    private readonly JsonElement _json;
    private readonly JsonElement? _defaults;
    private readonly IReadOnlyDictionary<string, string> _names;

    private ConfigFields(
        string file,
        string path,
        JsonElement json,
        JsonElement? defaults = null,
        IReadOnlyDictionary<string, string>? names = null)
    {
        (_file, _path, _json, _defaults) = (file, path, json, defaults);
        _names = names ?? new Dictionary<string, string>();
    }

    /// <param name="file">What errors call it.</param>
    /// <exception cref="UserErrorException">It is no JSON object.</exception>
    public static ConfigFields Of(string file, JsonElement json) => json.ValueKind == JsonValueKind.Object
        ? new(file, "", json)
        : throw new UserErrorException($"{file}: a JSON object is expected, not {Shorten(json)}");

    /// <exception cref="UserErrorException">The file is missing, unreadable or no JSON object.</exception>
    public static ConfigFields Load(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return Of(file, document.RootElement.Clone());
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{file}: not valid JSON: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{file}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The same fields, with what to take for absent ones.</summary>
    /// <param name="names">What the file may call some fields instead, by the names that callers use.</param>
    public ConfigFields WithDefaults(JsonElement defaults, IReadOnlyDictionary<string, string> names) =>
        new(_file, _path, _json, defaults, names);

    /// <summary>True when the field has a value, be it a default one.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>Every name in the object, defaults not counted.</summary>
    public IEnumerable<string> Names => _json.EnumerateObject().Select(property => property.Name);

    public int Int(string name, int min = 1) => OptionalInt(name, min) ?? throw Missing(name);

    public int? OptionalInt(string name, int min = 1) => Find(name) is not { } value ? null : AsInt(name, value, min);

    public double Number(string name) => OptionalNumber(name) ?? throw Missing(name);

    public double? OptionalNumber(string name)
    {
        if (Find(name) is not { } value)
            return null;
        double number = value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN;
        return double.IsFinite(number) ? number : throw Invalid(name, "a number");
    }

    /// <summary>A number that must be greater than zero.</summary>
    public double Positive(string name) => OptionalPositive(name) ?? throw Missing(name);

    public double? OptionalPositive(string name) => OptionalNumber(name) switch
    {
        null => null,
        > 0 and var number => number,
        _ => throw Invalid(name, "a number greater than 0"),
    };

    public bool Flag(string name, bool absent = false) => Find(name)?.ValueKind switch
    {
        null => absent,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Invalid(name, "true or false"),
    };

    public string Text(string name) => OptionalText(name) ?? throw Missing(name);

    public string? OptionalText(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        _ => throw Invalid(name, "a string"),
    };

    /// <summary>A list of strings; null when the field has no value.</summary>
    public IReadOnlyList<string>? OptionalTexts(string name)
    {
        if (Find(name) is not { } value)
            return null;
        bool isList = value.ValueKind == JsonValueKind.Array
            && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String);
        return isList
            ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
            : throw Invalid(name, "a list of strings");
    }

    /// <summary>Token ids: one, a list, or none when the field has no value.</summary>
    public IReadOnlyList<int> Tokens(string name) => Find(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(item => AsInt(name, item, min: 0))],
        var single => [AsInt(name, single.Value, min: 0)],
    };

    /// <summary>A list of numbers greater than zero.</summary>
    public IReadOnlyList<double> Positives(string name)
    {
        JsonElement value = Find(name) ?? throw Missing(name);
        bool isList = value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(
            item => item.ValueKind == JsonValueKind.Number && item.GetDouble() is > 0 and < double.PositiveInfinity);
        return isList
            ? [.. value.EnumerateArray().Select(item => item.GetDouble())]
            : throw Invalid(name, "a list of numbers greater than 0");
    }

    /// <summary>A nested object; null when the field has no value.</summary>
    public ConfigFields? Section(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new ConfigFields(_file, $"{_path}{NameInFile(name)}.", value),
        _ => throw Invalid(name, "an object"),
    };

    /// <summary>The field is there, with a value that will not do.</summary>
    /// <param name="expected">What would be right.</param>
    public UserErrorException Invalid(string name, string expected) =>
        new($"{_file}: {_path}{NameInFile(name)} is {(Find(name) is { } value ? Shorten(value) : "null")}; "
            + $"expected {expected}");

    private UserErrorException Missing(string name) => new($"{_file}: {_path}{NameInFile(name)} is missing");

    private string NameInFile(string name) =>
        _names.TryGetValue(name, out string? other)
        && (_json.TryGetProperty(other, out _) || !_json.TryGetProperty(name, out _)) ? other : name;

    private JsonElement? Find(string name)
    {
        if (!_json.TryGetProperty(NameInFile(name), out var value)
            && _defaults?.TryGetProperty(name, out value) != true)
        {
            return null;
        }
        return value.ValueKind == JsonValueKind.Null ? null : value;
    }

    private int AsInt(string name, JsonElement value, int min)
    {
        double number = value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN;
        bool isInt = number == Math.Floor(number) && number >= min && number <= int.MaxValue;
        return isInt ? (int)number : throw Invalid(name, $"a whole number, at least {min}");
    }

    private static string Shorten(JsonElement value)
    {
        string text = value.GetRawText();
        return text.Length <= 60 ? text : text[..60] + "...";
    }
}
