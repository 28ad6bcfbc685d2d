using System.Collections.Frozen;
using System.Numerics;
using Sgl.Engine.Text.Jinja.Python;

namespace Sgl.Engine.Text.Jinja;

/// <summary>The functions every template has: Jinja's own and the two that transformers adds.</summary>
internal static class Globals
{
    public static readonly FrozenDictionary<string, object?> All = Builtin.Table(
        new("range *args", (_, a) => Range((PyTuple)a[0]!)),
        new("dict *args **kwargs", (state, a) => ToDict(state, (PyTuple)a[0]!, (PyDict)a[1]!)),
        new("namespace *args **kwargs", (state, a) => new Namespace(ToDict(state, (PyTuple)a[0]!, (PyDict)a[1]!))),
        new("cycler *args", (_, a) => new Cycler((PyTuple)a[0]!)),
        new("joiner sep=none", (_, a) => new Joiner(a[0] ?? ", ")),
        new("raise_exception message", (_, a) => throw new ChatTemplateException(PyRepr.Str(a[0]))),
        new("strftime_now format", (state, a) => TimeFormat.Format(state.Time.GetLocalNow(), PyRepr.Str(a[0]))))
        .ToFrozenDictionary(f => f.Key, object? (f) => f.Value);

    private static PyRange Range(PyTuple bounds)
    {
        if (bounds.Count is 0 or > 3)
            throw new ChatTemplateException($"range expected 1 to 3 arguments, got {bounds.Count}");
        long[] parts = [.. bounds.Select(Bound)];
        var (start, stop) = parts.Length == 1 ? (0, parts[0]) : (parts[0], parts[1]);
        var step = parts.Length == 3 ? parts[2] : 1;
        if (step == 0)
            throw new ChatTemplateException("range() arg 3 must not be zero");
        var count = step > 0
            ? ((BigInteger)stop - start + step - 1) / step
            : ((BigInteger)start - stop - step - 1) / -(BigInteger)step;
        if (count > JinjaLimits.Range)
            throw new ChatTemplateException(
                $"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({JinjaLimits.Range}).");
        return new(start, stop, step, (int)BigInteger.Max(0, count));
    }

    private static long Bound(object? value) => value switch
    {
        long l => l,
        bool b => b ? 1 : 0,
        BigInteger => throw new ChatTemplateException("Python int too large to convert to C ssize_t"),
        Undefined undefined => throw undefined.Error(),
        _ => throw new ChatTemplateException($"'{PyType.Name(value)}' object cannot be interpreted as an integer"),
    };

    private static PyDict ToDict(RenderState state, PyTuple given, PyDict named)
    {
        if (given.Count > 1)
            throw new ChatTemplateException($"dict expected at most 1 argument, got {given.Count}");
        var dict = new PyDict();
        if (given.Count == 1 && given[0] is PyDict other)
        {
            foreach (var (key, value) in other.Items)
                dict.Set(key, value);
        }
        else if (given.Count == 1)
        {
            foreach (var item in PyIteration.Items(state, given[0]))
            {
                if (PyIteration.ToArray(state, item) is not [var key, var value])
                    throw new ChatTemplateException("dict() takes a dict or pairs");
                dict.Set(key, value);
            }
        }

        foreach (var (key, value) in named.Items)
            dict.Set(key, value);
        return dict;
    }
}

/// <summary>cycler(a, b): next() gives them in turn.</summary>
internal sealed class Cycler(PyTuple items) : JinjaObject
{
    private static readonly Builtin _next = new("next self", (_, a) => ((Cycler)a[0]!).GoOn());
    private static readonly Builtin _reset = new("reset self", (_, a) => ((Cycler)a[0]!)._position = null);

    private int? _position = 0;

    public override bool TryGetMember(string name, out object? value)
    {
        value = name switch
        {
            "next" => new BoundMethod(_next, this),
            "reset" => new BoundMethod(_reset, this),
            "current" => items[_position ?? 0],
            _ => this,
        };
        return !ReferenceEquals(value, this);
    }

    private object? GoOn()
    {
        var current = items[_position ?? 0];
        _position = ((_position ?? 0) + 1) % items.Count;
        return current;
    }
}

/// <summary>joiner(", "): nothing when first called, the separator from then on.</summary>
internal sealed class Joiner(object? separator) : Callable
{
    private bool _used;

    public override object? Call(RenderState state, Arguments arguments)
    {
        var result = _used ? separator : "";
        _used = true;
        return result;
    }
}
