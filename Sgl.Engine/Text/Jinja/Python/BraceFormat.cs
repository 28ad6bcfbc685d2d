using System.Globalization;
using System.Text;

namespace Sgl.Engine.Text.Jinja.Python;

/// <summary>str.format: {}, {0}, {name.attribute[item]!r:spec}, {{ and }}; a spec may hold fields itself.</summary>
internal sealed class BraceFormat
{
    private readonly RenderState _state;
    private readonly PyTuple _positional;
    private readonly PyDict _named;
    private int _next;

    private BraceFormat(RenderState state, PyTuple positional, PyDict named) =>
        (_state, _positional, _named) = (state, positional, named);

    public static string Apply(RenderState state, string format, PyTuple positional, PyDict named) =>
        new BraceFormat(state, positional, named).Apply(format, 2);

    private string Apply(string format, int depth)
    {
        if (depth == 0)
            throw new ChatTemplateException("Max string recursion exceeded");
        var result = new StringBuilder();
        for (var at = 0; at < format.Length;)
        {
            var c = format[at++];
            if (c is '{' or '}' && at < format.Length && format[at] == c)
            {
                at++;
                result.Append(c);
            }
            else if (c == '{')
            {
                var end = EndOfField(format, at);
                var text = Field(format[at..end], depth);
                _state.ReserveMore(result.Length, text.Length);
                result.Append(text);
                at = end + 1;
            }
            else if (c == '}')
            {
                throw new ChatTemplateException("Single '}' encountered in format string");
            }
            else
            {
                result.Append(c);
            }
        }

        return result.ToString();
    }

    private static int EndOfField(string format, int start)
    {
        var open = 1;
        var at = start;
        for (; at < format.Length; at++)
        {
            open += format[at] switch { '{' => 1, '}' => -1, _ => 0 };
            if (open == 0)
                return at;
        }

        throw new ChatTemplateException(
            at == start ? "Single '{' encountered in format string" : "expected '}' before end of string");
    }

    private string Field(string field, int depth)
    {
        var colon = field.IndexOf(':');
        var name = colon < 0 ? field : field[..colon];
        var conversion = '\0';
        if (name.Length >= 2 && name[^2] == '!')
            (name, conversion) = (name[..^2], name[^1]);
        var value = Value(name);
        value = conversion switch
        {
            '\0' => value,
            's' => PyRepr.Str(value),
            'r' or 'a' => PyRepr.Repr(value),
            _ => throw new ChatTemplateException($"Unknown conversion specifier {conversion}"),
        };
        var spec = colon < 0 ? "" : Apply(field[(colon + 1)..], depth - 1);
        return spec.Length == 0 ? PyRepr.Str(value) : FormatSpec.Parse(spec).Apply(_state, value);
    }

    private object? Value(string name)
    {
        var end = name.AsSpan().IndexOfAny('.', '[');
        end = end < 0 ? name.Length : end;
        var value = Argument(name[..end]);
        while (end < name.Length)
        {
            var rest = name[(end + 1)..];
            if (name[end] == '[')
            {
                var close = rest.IndexOf(']');
                if (close < 0)
                    throw new ChatTemplateException("Missing ']' in format string");
                var key = rest[..close];
                var isIndex = long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var index);
                value = PyMembers.Item(value, isIndex ? index : key);
                end += close + 2;
            }
            else
            {
                var stop = rest.AsSpan().IndexOfAny('.', '[');
                stop = stop < 0 ? rest.Length : stop;
                value = PyMembers.Attribute(value, rest[..stop]);
                end += stop + 1;
            }
        }

        return value;
    }

    private object? Argument(string name)
    {
        if (name.Length == 0)
            name = (_next++).ToString(CultureInfo.InvariantCulture);
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            return index < _positional.Count
                ? _positional[index]
                : throw new ChatTemplateException("tuple index out of range");
        return _named.TryGet(name, out var value) ? value : throw new ChatTemplateException(PyRepr.Repr(name));
    }
}
