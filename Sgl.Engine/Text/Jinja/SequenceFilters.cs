using Sgl.Engine.Text.Jinja.Python;

namespace Sgl.Engine.Text.Jinja;

/// <summary>Filters that order, cut, count or fold sequences.</summary>
internal static class SequenceFilters
{
    public static readonly Builtin[] All =
    [
        new("batch value linecount fill_with=none", (state, a) => new PyIterator(Batch(state, a))),
        new("count value", (_, a) => Length(a[0])),
        new("dictsort value case_sensitive=false by=key reverse=false", DictSort),
        new("first seq", (state, a) => First(PyIteration.Items(state, a[0]), "No first item, sequence was empty.")),
        new("groupby value attribute default=none case_sensitive=false", GroupBy),
        new("items value", Items),
        new("join value d='' attribute=none", Join),
        new("last seq", (state, a) => First(Reversed(state, a[0]), "No last item, sequence was empty.")),
        new("length value", (_, a) => Length(a[0])),
        new("list value", (state, a) => new PyList(PyIteration.ToArray(state, a[0]))),
        new("max value case_sensitive=false attribute=none", (state, a) => Extreme(state, a, ">")),
        new("min value case_sensitive=false attribute=none", (state, a) => Extreme(state, a, "<")),
        new("reverse value", Reverse),
        new("slice value slices fill_with=none", (state, a) => new PyIterator(Slices(state, a))),
        new("sort value reverse=false case_sensitive=false attribute=none", Sort),
        new("sum iterable attribute=none start=0", Sum),
        new("unique value case_sensitive=false attribute=none", (state, a) => new PyIterator(Unique(state, a))),
    ];

    /// <summary>What reads an attribute by its dotted name ("function.name", "0"); the item itself for none.</summary>
    public static Func<object?, object?> Getter(object? attribute, object? otherwise = null)
    {
        if (attribute is null)
            return item => item;
        object?[] parts = attribute is string path ? [.. path.Split('.').Select(Part)] : [attribute];
        return item =>
        {
            foreach (var part in parts)
            {
                item = PyMembers.Item(item, part);
                if (item is Undefined && otherwise is not null)
                    item = otherwise;
            }

            return item;
        };
    }

    private static object? Part(string part) =>
        part.Length > 0 && part.All(char.IsAsciiDigit) ? PyNumber.ParseInteger(part, 10) : part;

    private static object? IgnoreCase(object? value) => value is string text ? text.ToLowerInvariant() : value;

    private static Func<object?, object?> Key(object? attribute, object? caseSensitive)
    {
        var get = Getter(attribute);
        return PyType.IsTrue(caseSensitive) ? get : item => IgnoreCase(get(item));
    }

    private static object? First(IEnumerable<object?> items, string none)
    {
        foreach (var item in items)
            return item;
        return new Undefined(none);
    }

    public static long Length(object? value) => PyIteration.Length(value)
        ?? throw new ChatTemplateException($"object of type '{PyType.Name(value)}' has no len()");

    private static IEnumerable<object?> Reversed(RenderState state, object? value) =>
        value is string or PySequence or PyDict or PyDictView or Undefined
            ? PyIteration.ToArray(state, value).Reverse()
            : throw new ChatTemplateException($"'{PyType.Name(value)}' object is not reversible");

    private static object? Reverse(RenderState state, object?[] a)
    {
        if (a[0] is string text)
            return string.Concat(PyText.Characters(text).Reverse());
        return a[0] is PyIterator
            ? new PyList([.. PyIteration.ToArray(state, a[0]).Reverse()])
            : PyIteration.IsIterable(a[0])
                ? new PyIterator(Reversed(state, a[0]))
                : throw new ChatTemplateException("argument must be iterable");
    }

    private static object? Join(RenderState state, object?[] a)
    {
        var get = Getter(a[2]);
        var texts = PyIteration.Items(state, a[0]).Select(object? (item) => PyRepr.Str(get(item)));
        return StringMethods.Join(state, PyRepr.Str(a[1]), new PyIterator(texts));
    }

    private static object? Items(RenderState state, object?[] a) => a[0] switch
    {
        PyDict dict => new PyIterator(new PyDictView(dict, DictPart.Items).Elements),
        Undefined => new PyIterator([]),
        _ => throw new ChatTemplateException("Can only get item pairs from a mapping."),
    };

    private static object? DictSort(RenderState state, object?[] a)
    {
        if (a[0] is not PyDict dict)
            throw (a[0] as Undefined)?.Error()
                ?? new ChatTemplateException($"'{PyType.Name(a[0])}' object has no attribute 'items'");
        if (a[2] is not ("key" or "value"))
            throw new ChatTemplateException("You can only sort by either \"key\" or \"value\"");
        state.Work(dict.Count);
        var position = a[2] is "key" ? 0 : 1;
        var pairs = new PyDictView(dict, DictPart.Items).Elements;
        return new PyList(PyCompare.Sort(pairs, Key((long)position, a[1]), PyType.IsTrue(a[3]), pair => pair));
    }

    private static object? Sort(RenderState state, object?[] a)
    {
        Func<object?, object?>[] keys = a[3] is string names
            ? [.. names.Split(',').Select(name => Key(name, a[2]))]
            : [Key(a[3], a[2])];
        return new PyList(PyCompare.Sort(
            PyIteration.ToArray(state, a[0]),
            item => new PyList(Array.ConvertAll(keys, key => key(item))),
            PyType.IsTrue(a[1]),
            item => item));
    }

    private static object? GroupBy(RenderState state, object?[] a)
    {
        var get = Getter(a[1], a[2]);
        var caseSensitive = PyType.IsTrue(a[3]);
        object? KeyOf(object? item) => caseSensitive ? get(item) : IgnoreCase(get(item));
        List<object?> groups = [];
        List<object?> group = [];
        foreach (var item in PyCompare.Sort(PyIteration.ToArray(state, a[0]), KeyOf, reverse: false, item => item))
        {
            if (group.Count > 0 && !PyCompare.AreEqual(KeyOf(group[0]), KeyOf(item)))
                Close();
            group.Add(item);
        }

        if (group.Count > 0)
            Close();
        return new PyList([.. groups]);

        void Close()
        {
            groups.Add(new PyTuple(get(group[0]), new PyList([.. group])));
            group.Clear();
        }
    }

    private static object? Extreme(RenderState state, object?[] a, string op)
    {
        var key = Key(a[2], a[1]);
        object? best = new Undefined("No aggregated item, sequence was empty.");
        var first = true;
        foreach (var item in PyIteration.Items(state, a[0]))
        {
            if (first || PyCompare.Order(op, key(item), key(best)))
                best = item;
            first = false;
        }

        return best;
    }

    private static object? Sum(RenderState state, object?[] a)
    {
        var get = Getter(a[1]);
        return PyIteration.Items(state, a[0]).Aggregate(a[2], (sum, item) => PyOperators.Add(state, sum, get(item)));
    }

    private static IEnumerable<object?> Unique(RenderState state, object?[] a)
    {
        var key = Key(a[2], a[1]);
        var seen = new PyDict();
        foreach (var item in PyIteration.Items(state, a[0]))
        {
            if (seen.Contains(key(item)))
                continue;
            seen.Set(key(item), null);
            yield return item;
        }
    }

    private static IEnumerable<object?> Batch(RenderState state, object?[] a)
    {
        var size = Math.Max(1, PyNumber.ToIndex(a[1]));
        foreach (var chunk in PyIteration.Items(state, a[0]).Chunk(size))
        {
            var missing = a[2] is null ? 0 : size - chunk.Length;
            state.Work(missing);
            yield return new PyList([.. chunk, .. Enumerable.Repeat(a[2], missing)]);
        }
    }

    private static IEnumerable<object?> Slices(RenderState state, object?[] a)
    {
        var items = PyIteration.ToArray(state, a[0]);
        var count = PyNumber.ToIndex(a[1]);
        if (count == 0)
            throw new ChatTemplateException("integer division or modulo by zero");
        var (size, longer) = (items.Length / count, items.Length % count);
        var from = 0;
        for (var i = 0; i < count; i++)
        {
            state.Work(1);
            var to = from + size + (i < longer ? 1 : 0);
            object?[] fill = a[2] is not null && i >= longer ? [a[2]] : [];
            yield return new PyList([.. items[from..to], .. fill]);
            from = to;
        }
    }
}
