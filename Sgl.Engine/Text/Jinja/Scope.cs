namespace Sgl.Engine.Text.Jinja;

/// <summary>
/// The variables of one block that has its own (template, loop body, macro, with, captured block); what it lacks is
/// looked up outside.
/// </summary>
internal sealed class Scope
{
    private readonly Scope? _outer;

    // The template's own scope starts with many variables, all others have a few: those are found fastest by comparing.
    private readonly Dictionary<string, object?>? _all;
    private string[] _names = [];
    private object?[] _values = [];
    private int _count;

    public Scope(RenderState state, Dictionary<string, object?> variables) => (State, _all) = (state, variables);

    public Scope(Scope outer) => (State, _outer) = (outer.State, outer);

    public RenderState State { get; }

    public object? Get(string name)
    {
        for (var scope = this; scope is not null; scope = scope._outer)
        {
            if (scope.TryGetOwn(name, out var value))
                return value;
        }

        return Globals.All.TryGetValue(name, out var global) ? global : Undefined.Variable(name);
    }

    public void Set(string name, object? value)
    {
        if (_all is not null)
        {
            _all[name] = value;
            return;
        }

        var at = Array.IndexOf(_names, name, 0, _count);
        if (at < 0)
        {
            if (_count == _names.Length)
            {
                Array.Resize(ref _names, _count + 4);
                Array.Resize(ref _values, _count + 4);
            }

            at = _count++;
            _names[at] = name;
        }

        _values[at] = value;
    }

    private bool TryGetOwn(string name, out object? value)
    {
        if (_all is not null)
            return _all.TryGetValue(name, out value);
        for (var i = 0; i < _count; i++)
        {
            if (_names[i] == name)
            {
                value = _values[i];
                return true;
            }
        }

        value = null;
        return false;
    }
}
