using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Sgl.Engine.Text.Jinja.Python;

namespace Sgl.Engine.Text.Jinja;

/// <summary>Filters of text; most take any value and work on what it prints as.</summary>
internal static partial class TextFilters
{
    public static readonly Builtin[] All =
    [
        new("capitalize s", (_, a) => StringMethods.Capitalize(Str(a))),
        new("center value width=80", (state, a) => StringMethods.All["center"].Call(state, new([Str(a), a[1]], []))),
        new("e s", (_, a) => Escape(Str(a))),
        new("escape s", (_, a) => Escape(Str(a))),
        new("forceescape value", (_, a) => Escape(Str(a))),
        new("format value *args **kwargs", Format),
        new("indent s width=4 first=false blank=false", Indent),
        new("lower s", (_, a) => Str(a).ToLowerInvariant()),
        new("replace s old new count=none", Replace),
        new("safe value", (_, a) => a[0]),
        new("striptags value", (_, a) => StripTags(Str(a))),
        new("title s", (_, a) => Title(Str(a))),
        new("trim value chars=none", Trim),
        new("truncate s length=255 killwords=false end=... leeway=5", Truncate),
        new("upper s", (_, a) => PyText.ToUpper(Str(a))),
        new("urlencode value", UrlEncode),
        new("wordcount s", (_, a) => (long)Word().Count(Str(a))),
    ];

    private static string Str(object?[] a) => PyRepr.Str(a[0]);

    private static string Text(object? value, string filter) => value switch
    {
        string text => text,
        Undefined undefined => throw undefined.Error(),
        _ => throw new ChatTemplateException($"{filter} takes a str, not {PyType.Name(value)}"),
    };

    private static string Escape(string text) => text
        .Replace("&", "&amp;").Replace("<", "&lt;")
        .Replace(">", "&gt;").Replace("'", "&#39;")
        .Replace("\"", "&#34;");

    private static object? Format(RenderState state, object?[] a)
    {
        var (positional, named) = ((PyTuple)a[1]!, (PyDict)a[2]!);
        if (positional.Count > 0 && named.Count > 0)
            throw new ChatTemplateException("can't handle positional and keyword arguments at the same time");
        return PercentFormat.Apply(state, Str(a), named.Count > 0 ? named : positional);
    }

    private static object? Indent(RenderState state, object?[] a)
    {
        if (a[0] is not (string or Undefined))
            throw new ChatTemplateException($"unsupported operand type(s) for +=: '{PyType.Name(a[0])}' and 'str'");
        var width = a[1] is string given ? given.Length : Math.Max(0, PyNumber.ToIndex(a[1]));
        state.Reserve(width);
        var indention = a[1] as string ?? new string(' ', width);
        var (first, blank) = (PyType.IsTrue(a[2]), PyType.IsTrue(a[3]));
        var lines = Splitting.Lines(state, Text(a[0], "indent") + "\n", keepEnds: false);
        state.Reserve(lines.Sum(line => ((string)line!).Length + 1L + indention.Length));
        var text = new StringBuilder();
        for (var i = 0; i < lines.Count; i++)
        {
            var line = (string)lines[i]!;
            text.Append(i > 0 ? "\n" : "");
            text.Append(i == 0 ? first ? indention : "" : blank || line.Length > 0 ? indention : "");
            text.Append(line);
        }

        return text.ToString();
    }

    private static object? Replace(RenderState state, object?[] a) => StringMethods.Replace(
        state, Str(a), PyRepr.Str(a[1]), PyRepr.Str(a[2]), a[3] is null ? -1 : PyNumber.ToIndex(a[3]));

    private static object? Trim(RenderState state, object?[] a) =>
        StringMethods.Strip(Str(a), a[1] is null ? null : Text(a[1], "trim"), left: true, right: true);

    private static string StripTags(string text)
    {
        var words = Without(Without(text, "<!--", "-->"), "<", ">")
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return WebUtility.HtmlDecode(string.Join(' ', words));
    }

    private static string Without(string text, string open, string close)
    {
        var kept = new StringBuilder();
        var from = 0;
        while (text.IndexOf(open, from, StringComparison.Ordinal) is var start and >= 0
            && text.IndexOf(close, start, StringComparison.Ordinal) is var end and >= 0)
        {
            kept.Append(text, from, start - from);
            from = end + close.Length;
        }

        return kept.Append(text, from, text.Length - from).ToString();
    }

    private static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var begins = true;
        foreach (var rune in text.EnumerateRunes())
        {
            result.Append(begins ? Rune.ToUpperInvariant(rune) : Rune.ToLowerInvariant(rune));
            begins = Rune.IsWhiteSpace(rune) || rune.Value is '-' or '(' or '{' or '[' or '<';
        }

        return result.ToString();
    }

    private static object? Truncate(RenderState state, object?[] a)
    {
        var (length, end) = (PyNumber.ToIndex(a[1]), Text(a[3], "truncate"));
        if (length < end.Length)
            throw new ChatTemplateException($"expected length >= {end.Length}, got {length}");
        if (SequenceFilters.Length(a[0]) <= (long)length + PyNumber.ToIndex(a[4]))
            return a[0];
        var text = Text(a[0], "truncate");
        var kept = text[..PyText.ToUnits(text, length - PyText.Length(end))];
        var space = PyType.IsTrue(a[2]) ? -1 : kept.LastIndexOf(' ');
        return (space < 0 ? kept : kept[..space]) + end;
    }

    private static object? UrlEncode(RenderState state, object?[] a)
    {
        if (a[0] is string || !PyIteration.IsIterable(a[0]))
            return Quote(Str(a)).Replace("%2F", "/");
        var items = a[0] is PyDict dict ? new PyDictView(dict, DictPart.Items) : a[0];
        return string.Join('&', PyIteration.Items(state, items).Select(
            item => PyIteration.ToArray(state, item) is [var key, var value]
                ? $"{QuoteForQuery(key)}={QuoteForQuery(value)}"
                : throw new ChatTemplateException("urlencode takes a str, a dict or pairs")));
    }

    private static string QuoteForQuery(object? value) => Quote(PyRepr.Str(value)).Replace("%20", "+");

    private static string Quote(string text) => Uri.EscapeDataString(text);

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
