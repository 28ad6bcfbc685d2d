using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Sgl.Engine.Text.Jinja.Python;

/// <summary>json.dumps.</summary>
internal sealed class PyJson(string? indent, string itemSeparator, string keySeparator, bool sortKeys, bool ensureAscii)
{
    private readonly StringBuilder _text = new();

    public static string Dump(
        object? value, string? indent, string itemSeparator, string keySeparator, bool sortKeys, bool ensureAscii)
    {
        var json = new PyJson(indent, itemSeparator, keySeparator, sortKeys, ensureAscii);
        json.Append(value, 0);
        return json._text.ToString();
    }

    private void Append(object? value, int depth)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (value)
        {
            case string s: AppendString(s); break;
            case PyList or PyTuple: AppendList((PySequence)value, depth); break;
            case PyDict dict: AppendDict(dict, depth); break;
            default: _text.Append(Scalar(value)); break;
        }

        if (_text.Length > JinjaLimits.TextLength)
            throw JinjaLimits.TooLong();
    }

    private static string Scalar(object? value) => value switch
    {
        null => "null",
        bool b => b ? "true" : "false",
        double.NaN => "NaN",
        double.PositiveInfinity => "Infinity",
        double.NegativeInfinity => "-Infinity",
        double or long or BigInteger => PyRepr.Repr(value),
        _ => throw new ChatTemplateException($"Object of type {PyType.Name(value)} is not JSON serializable"),
    };

    private void AppendList(PySequence list, int depth)
    {
        if (list.Count == 0)
        {
            _text.Append("[]");
            return;
        }

        _text.Append('[');
        for (var i = 0; i < list.Count; i++)
        {
            Separate(i, depth + 1);
            Append(list[i], depth + 1);
        }

        BreakLine(depth);
        _text.Append(']');
    }

    private void AppendDict(PyDict dict, int depth)
    {
        if (dict.Count == 0)
        {
            _text.Append("{}");
            return;
        }

        _text.Append('{');
        var items = sortKeys
            ? PyCompare.Sort(dict.Items, i => i.Key, reverse: false, i => i).Cast<KeyValuePair<object?, object?>>()
            : dict.Items;
        var count = 0;
        foreach (var (key, value) in items)
        {
            Separate(count++, depth + 1);
            AppendString(key is string s ? s : Key(key));
            _text.Append(keySeparator);
            Append(value, depth + 1);
        }

        BreakLine(depth);
        _text.Append('}');
    }

    private static string Key(object? key) => key is null || PyNumber.IsNumber(key)
        ? Scalar(key)
        : throw new ChatTemplateException($"keys must be str, int, float, bool or None, not {PyType.Name(key)}");

    private void Separate(int index, int depth)
    {
        if (index > 0)
            _text.Append(itemSeparator);
        BreakLine(depth);
    }

    private void BreakLine(int depth)
    {
        if (indent is null)
            return;
        if (_text.Length + (long)indent.Length * depth > JinjaLimits.TextLength)
            throw JinjaLimits.TooLong();
        _text.Append('\n');
        for (var i = 0; i < depth; i++)
            _text.Append(indent);
    }

    private void AppendString(string value)
    {
        _text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => _text.Append("\\\""),
                '\\' => _text.Append("\\\\"),
                '\n' => _text.Append("\\n"),
                '\r' => _text.Append("\\r"),
                '\t' => _text.Append("\\t"),
                '\f' => _text.Append("\\f"),
                '\b' => _text.Append("\\b"),
                < ' ' => AppendCode(c),
                > '~' when ensureAscii => AppendCode(c),
                _ => _text.Append(c),
            };
        }

        _text.Append('"');
    }

    private StringBuilder AppendCode(char c) => _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
}
