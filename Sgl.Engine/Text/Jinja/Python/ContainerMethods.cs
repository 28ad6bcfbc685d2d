using System.Collections.Frozen;

namespace Sgl.Engine.Text.Jinja.Python;

/// <summary>
/// The methods of dicts, lists, tuples, ranges and floats, and those that the sandbox refuses because they change.
/// </summary>
internal static class ContainerMethods
{
    public static readonly FrozenSet<string> None = FrozenSet<string>.Empty;

    public static readonly FrozenSet<string> ChangingDict =
        FrozenSet.Create(["clear", "pop", "popitem", "setdefault", "update"]);

    public static readonly FrozenSet<string> ChangingList =
        FrozenSet.Create(["append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"]);

    public static readonly FrozenDictionary<string, Builtin> OfDict = Builtin.Table(
        new("get self key default=none", (_, a) => ((PyDict)a[0]!).TryGet(a[1], out var value) ? value : a[2]),
        new("keys self", (_, a) => new PyDictView((PyDict)a[0]!, DictPart.Keys)),
        new("values self", (_, a) => new PyDictView((PyDict)a[0]!, DictPart.Values)),
        new("items self", (_, a) => new PyDictView((PyDict)a[0]!, DictPart.Items)),
        new("copy self", (_, a) => a[0]));

    public static readonly FrozenDictionary<string, Builtin> OfSequence = Builtin.Table(
        new("count self value", (state, a) =>
            (long)PyIteration.Items(state, a[0]).Count(item => PyCompare.AreEqual(item, a[1]))),
        new("index self value start=0 stop=none", Index),
        new("copy self", (_, a) => a[0]));

    public static readonly FrozenDictionary<string, Builtin> OfFloat = Builtin.Table(
        new Builtin("is_integer self", (_, a) => (double)a[0]! == Math.Floor((double)a[0]!)));

    private static object? Index(RenderState state, object?[] a)
    {
        var items = (PySequence)a[0]!;
        var (start, stop) = (PyNumber.ToIndex(a[2]), a[3] is null ? items.Count : PyNumber.ToIndex(a[3]));
        start = Math.Max(0, start < 0 ? start + items.Count : start);
        stop = Math.Min(items.Count, stop < 0 ? stop + items.Count : stop);
        state.Work(Math.Max(0, stop - start));
        for (var i = start; i < stop; i++)
        {
            if (PyCompare.AreEqual(items[i], a[1]))
                return (long)i;
        }

        throw new ChatTemplateException($"{PyRepr.Repr(a[1])} is not in {PyType.Name(items)}");
    }
}
