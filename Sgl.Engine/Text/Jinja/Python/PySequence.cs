using System.Collections;

namespace Sgl.Engine.Text.Jinja.Python;

/// <summary>A list, tuple or range. None can change: the sandbox refuses every call that would.</summary>
internal abstract class PySequence : IReadOnlyList<object?>
{
    public abstract int Count { get; }

    public abstract object? this[int index] { get; }

    /// <summary>A sequence of the same type with other items.</summary>
    public abstract PySequence Of(object?[] items);

    /// <param name="from">Index of the first item.</param>
    /// <param name="to">Where a range's slice says that it stops.</param>
    public virtual PySequence Slice(int from, int to, int by, int length)
    {
        var items = new object?[length];
        for (var i = 0; i < length; i++)
            items[i] = this[from + i * by];
        return Of(items);
    }

    public IEnumerator<object?> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

internal sealed class PyList(object?[] items) : PySequence
{
    public override int Count => items.Length;

    public override object? this[int index] => items[index];

    public override PySequence Of(object?[] items) => new PyList(items);
}

internal sealed class PyTuple(params object?[] items) : PySequence
{
    public override int Count => items.Length;

    public override object? this[int index] => items[index];

    public override PySequence Of(object?[] items) => new PyTuple(items);
}

internal sealed class PyRange(long start, long stop, long step, int count) : PySequence
{
    public override int Count => count;

    public override object? this[int index] => start + index * step;

    public override PySequence Of(object?[] items) => new PyList(items);

    public override PySequence Slice(int from, int to, int by, int length) =>
        new PyRange(start + from * step, start + to * step, step * by, length);

    public override string ToString() => step == 1 ? $"range({start}, {stop})" : $"range({start}, {stop}, {step})";
}
