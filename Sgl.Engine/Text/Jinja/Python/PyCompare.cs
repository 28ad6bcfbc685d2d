using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sgl.Engine.Text.Jinja.Python;

/// <summary>Equality, order, hashes and membership as Python has them.</summary>
internal static class PyCompare
{
    public static bool AreEqual(object? a, object? b)
    {
        if (a is string s)
            return b is string t && s == t;
        if (ReferenceEquals(a, b))
            return a is not double.NaN;
        if (a is long x && b is long y)
            return x == y;
        if (PyNumber.IsNumber(a) && PyNumber.IsNumber(b))
            return CompareNumbers(a, b) == 0;
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return (a, b) switch
        {
            (Undefined, Undefined) => true,
            (PySequence p, PySequence q) => a.GetType() == b.GetType() && p.Count == q.Count && p.Zip(q).All(AreEqual),
            (PyDict p, PyDict q) => p.Count == q.Count
                && p.Items.All(i => q.TryGet(i.Key, out var other) && AreEqual(i.Value, other)),
            (BoundMethod p, BoundMethod q) => p.Equals(q),
            _ => false,
        };
    }

    private static bool AreEqual((object? First, object? Second) pair) => AreEqual(pair.First, pair.Second);

    /// <exception cref="ChatTemplateException">A list or dict, which cannot be a key.</exception>
    public static int Hash(object? value) => value switch
    {
        null => 0,
        string s => s.GetHashCode(),
        bool b => b ? 1 : 0,
        long l => l.GetHashCode(),
        double d when Math.Abs(d) < long.MaxValue && d == Math.Truncate(d) => ((long)d).GetHashCode(),
        PyTuple t => HashItems(t),
        PyList or PyDict => throw new ChatTemplateException($"unhashable type: '{PyType.Name(value)}'"),
        _ => value.GetHashCode(),
    };

    private static int HashItems(PyTuple items)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return items.Aggregate(items.Count, (hash, item) => HashCode.Combine(hash, Hash(item)));
    }

    /// <summary>Negative, zero or positive; null when one is not a number (NaN).</summary>
    private static int? CompareNumbers(object? a, object? b)
    {
        if (a is not double && b is not double)
            return PyNumber.ToBig(a).CompareTo(PyNumber.ToBig(b));
        if (a is BigInteger or long && b is double d && double.IsFinite(d) && d == Math.Truncate(d))
            return PyNumber.ToBig(a).CompareTo(new BigInteger(d));
        if (b is BigInteger or long && a is double)
            return -CompareNumbers(b, a);
        var (x, y) = (PyNumber.ToDouble(a), PyNumber.ToDouble(b));
        return double.IsNaN(x) || double.IsNaN(y) ? null : x.CompareTo(y);
    }

    /// <summary>The truth of <c>a op b</c> for one of &lt; &lt;= &gt; &gt;=.</summary>
    /// <exception cref="ChatTemplateException">Values that have no order.</exception>
    public static bool Order(string op, object? a, object? b)
    {
        int? order;
        if (PyNumber.IsNumber(a) && PyNumber.IsNumber(b))
            order = CompareNumbers(a, b);
        else if (a is string s && b is string t)
            order = CompareText(s, t);
        else if ((a, b) is (PyList, PyList) or (PyTuple, PyTuple))
            return OrderSequences(op, (PySequence)a!, (PySequence)b!);
        else
            throw (a as Undefined ?? b as Undefined)?.Error() ?? new ChatTemplateException(
                $"'{op}' not supported between instances of '{PyType.Name(a)}' and '{PyType.Name(b)}'");
        return op switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 };
    }

    private static bool OrderSequences(string op, PySequence a, PySequence b)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        for (var i = 0; i < Math.Min(a.Count, b.Count); i++)
        {
            if (!AreEqual(a[i], b[i]))
                return Order(op, a[i], b[i]);
        }

        return Order(op, (long)a.Count, (long)b.Count);
    }

    /// <summary>By code point: UTF-16 order would put surrogates before U+E000.</summary>
    private static int CompareText(string a, string b)
    {
        var at = a.AsSpan().CommonPrefixLength(b);
        if (at == a.Length || at == b.Length)
            return a.Length - b.Length;
        var (x, y) = (a[at], b[at]);
        return char.IsSurrogate(x) == char.IsSurrogate(y) ? x - y : char.IsSurrogate(x) ? 1 : -1;
    }

    /// <summary>Sorted by Python's rules; equal items keep their order.</summary>
    public static object?[] Sort<T>(IEnumerable<T> items, Func<T, object?> key, bool reverse, Func<T, object?> result)
    {
        var comparer = Comparer<object?>.Create((a, b) => Order("<", b, a) ? 1 : Order("<", a, b) ? -1 : 0);
        try
        {
            var sorted = reverse ? items.OrderByDescending(key, comparer) : items.OrderBy(key, comparer);
            return [.. sorted.Select(result)];
        }
        catch (InvalidOperationException e) when (e.InnerException is ChatTemplateException refused)
        {
            throw new ChatTemplateException(refused.Message, e);
        }
    }

    /// <summary><c>item in container</c></summary>
    public static bool Contains(RenderState state, object? container, object? item) => container switch
    {
        string text => ContainsText(state, text, item),
        PyDict dict => dict.Contains(item),
        null or bool or long or double or BigInteger => throw new ChatTemplateException(
            $"argument of type '{PyType.Name(container)}' is not iterable"),
        _ => PyIteration.Items(state, container).Any(i => AreEqual(i, item)),
    };

    private static bool ContainsText(RenderState state, string text, object? part)
    {
        state.Work(text.Length / 16);
        return part is string given
            ? text.Contains(given, StringComparison.Ordinal)
            : throw new ChatTemplateException(
                $"'in <string>' requires string as left operand, not {PyType.Name(part)}");
    }
}
