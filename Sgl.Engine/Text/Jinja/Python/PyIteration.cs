namespace Sgl.Engine.Text.Jinja.Python;

/// <summary>Walking and counting values.</summary>
internal static class PyIteration
{
    /// <summary>iter(value), each item counted as work.</summary>
    /// <exception cref="ChatTemplateException">The value cannot be walked.</exception>
    public static IEnumerable<object?> Items(RenderState state, object? value)
    {
        IEnumerable<object?> items = value switch
        {
            string text => PyText.Characters(text),
            PyDict dict => dict.Keys,
            PyDictView view => view.Elements,
            Undefined => [],
            IEnumerable<object?> sequence => sequence,
            _ => throw new ChatTemplateException($"'{PyType.Name(value)}' object is not iterable"),
        };
        return Counted(state, items);
    }

    public static bool IsIterable(object? value) =>
        value is string or PyDict or PyDictView or Undefined or IEnumerable<object?>;

    public static object?[] ToArray(RenderState state, object? value) => [.. Items(state, value)];

    /// <summary>len(value), or null when it has none.</summary>
    public static int? Length(object? value) => value switch
    {
        string text => PyText.Length(text),
        PySequence sequence => sequence.Count,
        PyDict dict => dict.Count,
        PyDictView view => view.Count,
        Undefined => 0,
        LoopContext loop => loop.Length,
        _ => null,
    };

    private static IEnumerable<object?> Counted(RenderState state, IEnumerable<object?> items)
    {
        foreach (var item in items)
        {
            state.Work(1);
            yield return item;
        }
    }
}
