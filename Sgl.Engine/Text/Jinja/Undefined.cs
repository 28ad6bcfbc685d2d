using Sgl.Engine.Text.Jinja.Python;

namespace Sgl.Engine.Text.Jinja;

/// <summary>
/// What a missing variable, attribute or item gives: prints as nothing, is false and empty; all else fails.
/// </summary>
internal sealed class Undefined
{
    private readonly string? _hint;
    private readonly object? _owner;
    private readonly object? _name;

    public Undefined(string hint) => _hint = hint;

    private Undefined(object? owner, object? name) => (_owner, _name) = (owner, name);

    public static Undefined Variable(string name) => new($"'{name}' is undefined");

    public static Undefined Member(object? owner, object? name) => new(owner, name);

    public static Undefined Unsafe(object? owner, string name) =>
        new($"access to attribute {PyRepr.Repr(name)} of {PyRepr.Repr(PyType.Name(owner))} object is unsafe.");

    /// <summary>What using it says.</summary>
    public ChatTemplateException Error() => new(_hint ?? (_name is string name
        ? $"{PyRepr.Repr(PyType.Owner(_owner))} has no attribute {PyRepr.Repr(name)}"
        : $"{PyType.Owner(_owner)} has no element {PyRepr.Repr(_name)}"));
}
