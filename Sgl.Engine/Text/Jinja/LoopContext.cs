using Sgl.Engine.Text.Jinja.Python;

namespace Sgl.Engine.Text.Jinja;

/// <summary>
/// The variable <c>loop</c>. It walks the items itself and looks one ahead only when asked, so that a filter condition
/// sees what the loop's body has set, as in Jinja.
/// </summary>
internal sealed class LoopContext : Callable
{
    private static readonly Builtin _cycle =
        new("cycle loop *args", (_, a) => ((LoopContext)a[0]!).CycleOver((PyTuple)a[1]!));

    private static readonly Builtin _changed =
        new("changed loop *value", (_, a) => ((LoopContext)a[0]!).HasChanged((PyTuple)a[1]!));

    private readonly Func<object?, int, string>? _recurse;
    private readonly int _depth;
    private IEnumerator<object?> _items;
    private int? _length;
    private bool _peeked;
    private bool _hasNext;
    private object? _next;
    private object? _current;
    private object? _previous;
    private PyTuple? _lastSeen;

    /// <param name="recurse">Renders the loop's body over other items, at a depth; null without "recursive".</param>
    /// <param name="depth">Counted from 0.</param>
    public LoopContext(IEnumerable<object?> items, int? length, Func<object?, int, string>? recurse, int depth)
    {
        _items = items.GetEnumerator();
        (_length, _recurse, _depth) = (length, recurse, depth);
    }

    public int Index { get; private set; } = -1;

    public int Length => _length ??= CountRest();

    /// <summary>Goes on to the next item.</summary>
    public bool MoveNext(out object? item)
    {
        if (!Peek())
        {
            item = null;
            return false;
        }

        (_previous, _current, _peeked) = (_current, _next, false);
        Index++;
        item = _current;
        return true;
    }

    public override bool TryGetMember(string name, out object? value)
    {
        value = name switch
        {
            "index0" => (long)Index,
            "index" => Index + 1L,
            "first" => Index == 0,
            "last" => !Peek(),
            "length" => (long)Length,
            "revindex0" => Length - Index - 1L,
            "revindex" => (long)(Length - Index),
            "previtem" => Index == 0 ? new Undefined("there is no previous item") : _previous,
            "nextitem" => Peek() ? _next : new Undefined("there is no next item"),
            "depth0" => (long)_depth,
            "depth" => _depth + 1L,
            "cycle" => new BoundMethod(_cycle, this),
            "changed" => new BoundMethod(_changed, this),
            _ => this,
        };
        return !ReferenceEquals(value, this);
    }

    public override object? Call(RenderState state, Arguments arguments)
    {
        if (_recurse is null)
            throw new ChatTemplateException("The loop must have the 'recursive' marker to be called recursively.");
        if (arguments.Positional is not [var items])
            throw new ChatTemplateException("loop() takes the items to go through");
        return _recurse(items, _depth + 1);
    }

    public override string ToString() => $"<LoopContext {Index + 1}/{Length}>";

    private bool Peek()
    {
        if (_peeked)
            return _hasNext;
        _hasNext = _items.MoveNext();
        _next = _hasNext ? _items.Current : null;
        _peeked = true;
        return _hasNext;
    }

    private int CountRest()
    {
        var peeked = _peeked && _hasNext ? 1 : 0;
        List<object?> rest = [];
        while (_items.MoveNext())
            rest.Add(_items.Current);
        _items = rest.GetEnumerator();
        return Index + 1 + peeked + rest.Count;
    }

    private object? CycleOver(PyTuple values) => values.Count > 0
        ? values[Index % values.Count]
        : throw new ChatTemplateException("no items for cycling given");

    private bool HasChanged(PyTuple values)
    {
        if (_lastSeen is not null && PyCompare.AreEqual(_lastSeen, values))
            return false;
        _lastSeen = values;
        return true;
    }
}
