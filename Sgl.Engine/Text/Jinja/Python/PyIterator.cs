using System.Collections;

namespace Sgl.Engine.Text.Jinja.Python;

/// <summary>A generator: can be read once, has no length, is always true.</summary>
internal sealed class PyIterator(IEnumerable<object?> items) : IEnumerable<object?>
{
    private readonly IEnumerator<object?> _items = items.GetEnumerator();

    public IEnumerator<object?> GetEnumerator()
    {
        while (_items.MoveNext())
            yield return _items.Current;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
