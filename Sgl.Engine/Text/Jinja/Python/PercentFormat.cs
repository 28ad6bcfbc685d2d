using System.Globalization;
using System.Text;

namespace Sgl.Engine.Text.Jinja.Python;

/// <summary>
/// <c>format % values</c>: %s %r %d %i %u %f %e %g %x %o %c and %%, with flags, width, precision and %(name)s.
/// </summary>
internal sealed class PercentFormat
{
    private readonly RenderState _state;
    private readonly string _format;
    private readonly object? _values;
    private int _position;
    private int _used;

    private PercentFormat(RenderState state, string format, object? values) =>
        (_state, _format, _values) = (state, format, values);

    public static string Apply(RenderState state, string format, object? values) =>
        new PercentFormat(state, format, values).Apply();

    private string Apply()
    {
        var result = new StringBuilder();
        while (_position < _format.Length)
        {
            var c = _format[_position++];
            var text = c == '%' ? Field() : c.ToString();
            _state.ReserveMore(result.Length, text.Length);
            result.Append(text);
        }

        var unused = _values is PyTuple tuple
            ? _used < tuple.Count
            : _used == 0 && _values is not (PyDict or PyList or Undefined);
        if (unused)
            throw new ChatTemplateException("not all arguments converted during string formatting");
        return result.ToString();
    }

    private string Field()
    {
        object? named = null;
        var isNamed = false;
        if (Peek() == '(')
        {
            var end = _format.IndexOf(')', _position);
            if (end < 0)
                throw new ChatTemplateException("incomplete format key");
            if (_values is not PyDict dict)
                throw new ChatTemplateException("format requires a mapping");
            var key = _format[(_position + 1)..end];
            if (!dict.TryGet(key, out named))
                throw new ChatTemplateException(PyRepr.Repr(key));
            (_position, isNamed, _used) = (end + 1, true, 1);
        }

        var flags = "";
        while (Peek() is '-' or '+' or ' ' or '#' or '0')
            flags += _format[_position++];
        var width = Number();
        var precision = -1;
        if (Peek() == '.')
        {
            _position++;
            precision = Number();
        }

        while (Peek() is 'h' or 'l' or 'L')
            _position++;
        var type = Peek();
        _position++;
        if (type == 0)
            throw new ChatTemplateException("incomplete format");
        return type == '%' ? "%" : Convert(type, isNamed ? named : Next(), flags, width, precision);
    }

    private char Peek() => _position < _format.Length ? _format[_position] : '\0';

    private int Number()
    {
        if (Peek() == '*')
        {
            _position++;
            return Next() is var width && PyNumber.IsInteger(width)
                ? PyNumber.ToIndex(width)
                : throw new ChatTemplateException("* wants int");
        }

        var from = _position;
        while (char.IsAsciiDigit(Peek()))
            _position++;
        if (from == _position)
            return 0;
        return int.TryParse(_format.AsSpan(from, _position - from), CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ChatTemplateException("width too big");
    }

    private object? Next()
    {
        var index = _used++;
        if (_values is PyTuple tuple)
            return index < tuple.Count ? tuple[index] : throw NotEnough();
        return index == 0 ? _values : throw NotEnough();
    }

    private static ChatTemplateException NotEnough() => new("not enough arguments for format string");

    private string Convert(char type, object? value, string flags, int width, int precision)
    {
        if (value is Undefined undefined && type is not ('s' or 'r' or 'a' or 'c'))
            throw undefined.Error();
        var left = flags.Contains('-') || width < 0;
        var sign = flags.Contains('+') ? '+' : flags.Contains(' ') ? ' ' : '-';
        var spec = new FormatSpec(
            " ", left ? '<' : '>', sign, flags.Contains('#'), (int)Math.Min(int.MaxValue, Math.Abs((long)width)), '\0',
            precision, type);
        var zeros = flags.Contains('0') && !left ? spec with { Fill = "0", Align = '=' } : spec;
        switch (type)
        {
            case 's' or 'r' or 'a':
                return (spec with { Type = 's' }).Apply(_state, type == 's' ? PyRepr.Str(value) : PyRepr.Repr(value));
            case 'c':
                return (spec with { Type = 's', Precision = 1 }).Apply(
                    _state, value switch
                    {
                        string text when PyText.Length(text) == 1 => text,
                        _ when PyNumber.IsInteger(value) => PyText.Character(PyNumber.ToBig(value)),
                        _ => throw new ChatTemplateException("%c requires int or char"),
                    });
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                return zeros.Apply(_state, PyNumber.IsNumber(value)
                    ? PyNumber.ToDouble(value)
                    : throw new ChatTemplateException($"must be real number, not {PyType.Name(value)}"));
            case 'd' or 'i' or 'u' or 'x' or 'X' or 'o':
                var wanted = type is 'x' or 'X' or 'o' ? "an integer" : "a real number";
                if (!PyNumber.IsInteger(value) && (value is not double || wanted == "an integer"))
                    throw new ChatTemplateException($"%{type} format: {wanted} is required, not {PyType.Name(value)}");
                var integer = value is double d ? PyNumber.Truncate(d) : value;
                return (zeros with { Precision = -1, Type = type is 'i' or 'u' ? 'd' : type })
                    .Apply(_state, PyNumber.Normalize(PyNumber.ToBig(integer)));
            default:
                throw new ChatTemplateException(
                    $"unsupported format character '{type}' (0x{(int)type:x}) at index {_position - 1}");
        }
    }
}
