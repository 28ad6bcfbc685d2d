using Sgl.Engine.Text.Jinja.Python;

namespace Sgl.Engine.Text.Jinja;

/// <summary>
/// map, select and their relatives: filters that take the name of another filter, a test or an attribute.
/// </summary>
internal static class SelectionFilters
{
    public static readonly Builtin[] All =
    [
        new("map value *args **kwargs", (state, a) => new PyIterator(Map(state, a))),
        new("select value *args **kwargs", (state, a) => Select(state, a, byAttribute: false, wanted: true)),
        new("reject value *args **kwargs", (state, a) => Select(state, a, byAttribute: false, wanted: false)),
        new("selectattr value *args **kwargs", (state, a) => Select(state, a, byAttribute: true, wanted: true)),
        new("rejectattr value *args **kwargs", (state, a) => Select(state, a, byAttribute: true, wanted: false)),
    ];

    private static IEnumerable<object?> Map(RenderState state, object?[] a)
    {
        if (!PyType.IsTrue(a[0]))
            yield break;
        var map = Mapping(state, (PyTuple)a[1]!, (PyDict)a[2]!);
        foreach (var item in PyIteration.Items(state, a[0]))
            yield return map(item);
    }

    private static Func<object?, object?> Mapping(RenderState state, PyTuple positional, PyDict named)
    {
        if (positional.Count == 0 && named.TryGet("attribute", out var attribute))
        {
            foreach (var name in named.Keys)
            {
                if (name is not ("attribute" or "default"))
                    throw new ChatTemplateException($"Unexpected keyword argument {PyRepr.Repr(name)}");
            }

            return SequenceFilters.Getter(attribute, named.TryGet("default", out var otherwise) ? otherwise : null);
        }

        if (positional.Count == 0)
            throw new ChatTemplateException("map requires a filter argument");
        var filter = Filters.All.GetValueOrDefault(PyRepr.Str(positional[0]))
            ?? throw new ChatTemplateException($"No filter named {PyRepr.Repr(positional[0])}.");
        var (more, moreNamed) = Rest(positional, 1, named);
        return item => filter.Call(state, new([item, .. more], moreNamed));
    }

    private static PyIterator Select(RenderState state, object?[] a, bool byAttribute, bool wanted) =>
        new(Selected(state, a, byAttribute, wanted));

    private static IEnumerable<object?> Selected(RenderState state, object?[] a, bool byAttribute, bool wanted)
    {
        if (!PyType.IsTrue(a[0]))
            yield break;
        var (positional, named) = ((PyTuple)a[1]!, (PyDict)a[2]!);
        if (byAttribute && positional.Count == 0)
            throw new ChatTemplateException("Missing parameter for attribute name");
        var get = SequenceFilters.Getter(byAttribute ? positional[0] : null);
        var matches = Condition(state, positional, byAttribute ? 1 : 0, named);
        foreach (var item in PyIteration.Items(state, a[0]))
        {
            if (matches(get(item)) == wanted)
                yield return item;
        }
    }

    private static Func<object?, bool> Condition(RenderState state, PyTuple positional, int at, PyDict named)
    {
        if (positional.Count <= at)
            return PyType.IsTrue;
        var test = Tests.All.GetValueOrDefault(PyRepr.Str(positional[at]))
            ?? throw new ChatTemplateException($"No test named {PyRepr.Repr(positional[at])}.");
        var (more, moreNamed) = Rest(positional, at + 1, named);
        return item => PyType.IsTrue(test.Call(state, new([item, .. more], moreNamed)));
    }

    private static (object?[] Positional, KeyValuePair<string, object?>[] Named) Rest(
        PyTuple positional, int from, PyDict named) =>
        ([.. positional.Skip(from)], [.. named.Items.Select(i => KeyValuePair.Create((string)i.Key!, i.Value))]);
}
