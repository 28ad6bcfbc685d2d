using Sgl.Engine.Text.Jinja.Python;

namespace Sgl.Engine.Text.Jinja;

/// <summary>A value with attributes that is neither text, number, sequence nor dict.</summary>
internal abstract class JinjaObject
{
    public virtual bool TryGetMember(string name, out object? value)
    {
        value = null;
        return false;
    }
}

internal abstract class Callable : JinjaObject
{
    public abstract object? Call(RenderState state, Arguments arguments);
}

internal readonly record struct Arguments(object?[] Positional, KeyValuePair<string, object?>[] Named)
{
    public static readonly Arguments None = new([], []);

    public Arguments After(object? first) => new([first, .. Positional], Named);
}

/// <summary>namespace(): the one thing whose attributes a template can set.</summary>
internal sealed class Namespace(PyDict members) : JinjaObject
{
    public override bool TryGetMember(string name, out object? value) => members.TryGet(name, out value);

    public void Set(string name, object? value) => members.Set(name, value);

    public override string ToString() => $"<Namespace {PyRepr.Repr(members)}>";
}

internal sealed class BoundMethod(Builtin method, object? self) : Callable
{
    public override object? Call(RenderState state, Arguments arguments) => method.Call(state, arguments.After(self));

    public bool Equals(BoundMethod other) => ReferenceEquals(method, other.Method) && ReferenceEquals(self, other.Self);

    private Builtin Method => method;

    private object? Self => self;

    public override string ToString() => $"<built-in method {method.Name} of {PyType.Name(self)} object>";
}
