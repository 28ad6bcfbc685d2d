using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Sgl.Engine.Text.Jinja.Python;

/// <summary>str() and repr().</summary>
internal static class PyRepr
{
    public static string Str(object? value) => value switch
    {
        string s => s,
        Undefined => "",
        _ => Repr(value),
    };

    public static string Repr(object? value)
    {
        switch (value)
        {
            case null: return "None";
            case bool b: return b ? "True" : "False";
            case long l: return l.ToString(CultureInfo.InvariantCulture);
            case BigInteger big: return big.ToString(CultureInfo.InvariantCulture);
            case double d: return PyNumber.Repr(d);
            case Undefined: return "Undefined";
        }

        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (value)
        {
            case string s: AppendQuoted(text, s); break;
            case PyList list: AppendItems(text, "[", list, "]"); break;
            case PyTuple tuple: AppendItems(text, "(", tuple, tuple.Count == 1 ? ",)" : ")"); break;
            case PyDict dict: AppendDict(text, dict); break;
            case PyDictView view: AppendItems(text, PyType.Name(view) + "([", view.Elements, "])"); break;
            case PyIterator: text.Append("<generator object>"); break;
            case null or bool or long or double or BigInteger or Undefined: text.Append(Repr(value)); break;
            default: text.Append(value); break;
        }

        if (text.Length > JinjaLimits.TextLength)
            throw JinjaLimits.TooLong();
    }

    private static void AppendItems(StringBuilder text, string open, IEnumerable<object?> items, string close)
    {
        text.Append(open);
        var first = true;
        foreach (var item in items)
        {
            text.Append(first ? "" : ", ");
            Append(text, item);
            first = false;
        }

        text.Append(close);
    }

    private static void AppendDict(StringBuilder text, PyDict dict)
    {
        text.Append('{');
        var first = true;
        foreach (var (key, value) in dict.Items)
        {
            text.Append(first ? "" : ", ");
            Append(text, key);
            text.Append(": ");
            Append(text, value);
            first = false;
        }

        text.Append('}');
    }

    private static void AppendQuoted(StringBuilder text, string value)
    {
        var quote = value.Contains('\'') && !value.Contains('"') ? '"' : '\'';
        text.Append(quote);
        foreach (var rune in value.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                var c when c == quote => text.Append('\\').Append(quote),
                _ when PyText.IsPrintable(rune) => text.Append(rune),
                < 0x100 => text.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
                < 0x10000 => text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ => text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
            };
        }

        text.Append(quote);
    }
}
