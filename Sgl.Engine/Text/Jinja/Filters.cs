using System.Collections.Frozen;
using System.Globalization;
using System.Numerics;
using Sgl.Engine.Text.Jinja.Python;

namespace Sgl.Engine.Text.Jinja;

/// <summary>All filters by name; those of one value of any type are here.</summary>
internal static class Filters
{
    public static readonly FrozenDictionary<string, Builtin> All = Builtin.Table(
    [
        .. TextFilters.All,
        .. SequenceFilters.All,
        .. SelectionFilters.All,
        new("abs x", (_, a) => Abs(a[0])),
        new("attr obj name", (_, a) => Attribute(a[0], PyRepr.Str(a[1]))),
        new("default value default_value='' boolean=false", Default),
        new("d value default_value='' boolean=false", Default),
        new("float value default=0.0", (_, a) => ToFloat(a[0], a[1])),
        new("int value default=0 base=10", (_, a) => ToInteger(a[0], a[1], PyNumber.ToIndex(a[2]))),
        new("round value precision=0 method=common", (_, a) => Round(a[0], PyNumber.ToIndex(a[1]), PyRepr.Str(a[2]))),
        new("string value", (_, a) => PyRepr.Str(a[0])),
        new("tojson x ensure_ascii=false indent=none separators=none sort_keys=false", ToJson),
    ]);

    private static object? Default(RenderState state, object?[] a) =>
        a[0] is Undefined || (PyType.IsTrue(a[2]) && !PyType.IsTrue(a[0])) ? a[1] : a[0];

    private static object? Attribute(object? owner, string name)
    {
        if (owner is Undefined undefined)
            throw undefined.Error();
        return PyMembers.TryMember(owner, name, out var member) ? member : Undefined.Member(owner, name);
    }

    private static object? Abs(object? value) => value switch
    {
        double d => Math.Abs(d),
        Undefined undefined => throw undefined.Error(),
        _ when PyNumber.IsInteger(value) => PyNumber.Normalize(BigInteger.Abs(PyNumber.ToBig(value))),
        _ => throw new ChatTemplateException($"bad operand type for abs(): '{PyType.Name(value)}'"),
    };

    private static object? ToFloat(object? value, object? otherwise) => value switch
    {
        string text => PyNumber.ParseFloat(text) ?? otherwise,
        Undefined undefined => throw undefined.Error(),
        _ => PyNumber.IsNumber(value) ? PyNumber.ToDouble(value) : otherwise,
    };

    private static object? ToInteger(object? value, object? otherwise, int radix)
    {
        switch (value)
        {
            case string text:
                if (PyNumber.ParseInteger(text, radix) is { } integer)
                    return integer;
                return PyNumber.ParseFloat(text) is { } number && double.IsFinite(number)
                    ? PyNumber.Truncate(number)
                    : otherwise;
            case Undefined undefined:
                throw undefined.Error();
            case double d:
                return double.IsNaN(d) ? otherwise : PyNumber.Truncate(d);
            default:
                return PyNumber.IsInteger(value) ? PyNumber.Normalize(PyNumber.ToBig(value)) : otherwise;
        }
    }

    private static object? Round(object? value, int digits, string method)
    {
        if (method is not ("common" or "ceil" or "floor"))
            throw new ChatTemplateException("method must be common, ceil or floor");
        if (!PyNumber.IsNumber(value))
            throw new ChatTemplateException(method == "common"
                ? $"type {PyType.Name(value)} doesn't define __round__ method"
                : $"must be real number, not {PyType.Name(value)}");
        if (Math.Abs((long)digits) > 300)
            throw new ChatTemplateException($"round takes a precision of at most 300 digits, not {digits}");
        if (method != "common")
        {
            var scale = Math.Pow(10, digits);
            var scaled = PyNumber.ToDouble(value) * scale;
            // Adding 0 makes a negative zero positive: Python's ceil and floor give integers.
            return ((method == "ceil" ? Math.Ceiling(scaled) : Math.Floor(scaled)) + 0.0) / scale;
        }

        return value is double d ? RoundFloat(d, digits) : RoundInteger(PyNumber.ToBig(value), digits);
    }

    private static double RoundFloat(double value, int digits)
    {
        if (!double.IsFinite(value))
            return value;
        if (digits < 0)
            return Math.Round(value / Math.Pow(10, -digits)) * Math.Pow(10, -digits);
        var rounded = double.Parse(FloatText.Fixed(Math.Abs(value), digits), CultureInfo.InvariantCulture);
        return double.IsNegative(value) ? -rounded : rounded;
    }

    private static object RoundInteger(BigInteger value, int digits)
    {
        if (digits >= 0)
            return PyNumber.Normalize(value);
        var unit = BigInteger.Pow(10, -digits);
        var rest = ((value % unit) + unit) % unit;
        var down = value - rest;
        var up = rest * 2 > unit || (rest * 2 == unit && !(down / unit).IsEven);
        return PyNumber.Normalize(up ? down + unit : down);
    }

    private static object? ToJson(RenderState state, object?[] a)
    {
        var indent = a[2] switch
        {
            null => null,
            string given => given,
            var width => new string(' ', Math.Clamp(PyNumber.ToIndex(width), 0, 1000)),
        };
        var (item, key) = a[3] switch
        {
            null => (indent is null ? ", " : ",", ": "),
            PySequence { Count: 2 } pair => (PyRepr.Str(pair[0]), PyRepr.Str(pair[1])),
            _ => throw new ChatTemplateException("tojson takes separators as a pair (item, key)"),
        };
        var text = PyJson.Dump(a[0], indent, item, key, PyType.IsTrue(a[4]), PyType.IsTrue(a[1]));
        state.Reserve(text.Length);
        return text;
    }
}
