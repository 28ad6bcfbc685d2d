using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sgl.Engine.Text.Jinja.Python;

/// <summary>JSON as Python's json.loads gives it.</summary>
internal static class JsonValues
{
    /// <exception cref="ChatTemplateException">
    /// A text with half a surrogate pair, or a number of too many digits.
    /// </exception>
    public static object? FromJson(JsonNode? node) => node switch
    {
        null => null,
        JsonObject members => FromObject(members),
        JsonArray items => new PyList([.. items.Select(FromJson)]),
        JsonValue value => FromValue(value),
        _ => throw new ArgumentException($"a JSON node of type {node.GetType().Name}", nameof(node)),
    };

    public static PyDict FromObject(JsonObject members)
    {
        var dict = new PyDict();
        foreach (var (key, value) in members)
            dict.Set(key, FromJson(value));
        return dict;
    }

    private static object? FromValue(JsonValue value)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.True: return true;
            case JsonValueKind.False: return false;
            case JsonValueKind.Null: return null;
            case JsonValueKind.Number: return Number(value.ToJsonString());
        }

        try
        {
            return value.GetValue<string>();
        }
        catch (InvalidOperationException e)
        {
            throw new ChatTemplateException("the messages hold a text with half a surrogate pair", e);
        }
    }

    private static object Number(string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
            return integer;
        if (text.AsSpan().ContainsAny('.', 'e', 'E'))
            return double.Parse(text, CultureInfo.InvariantCulture);
        return text.Length <= JinjaLimits.Digits
            ? PyNumber.Normalize(BigInteger.Parse(text, CultureInfo.InvariantCulture))
            : throw new ChatTemplateException($"the messages hold an integer of more than {JinjaLimits.Digits} digits");
    }
}
