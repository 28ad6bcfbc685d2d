using Sgl.Engine.Text.Jinja.Python;

namespace Sgl.Engine.Text.Jinja;

internal readonly record struct Parameter(string Name, Expression? Default);

/// <param name="TakesMore">The body uses <c>varargs</c>: more positional arguments than parameters are welcome.</param>
/// <param name="TakesNamed">The body uses <c>kwargs</c>.</param>
/// <param name="TakesCaller">The body uses <c>caller</c>: the macro may be called by a call block.</param>
internal sealed record MacroBody(Statement[] Statements, bool TakesMore, bool TakesNamed, bool TakesCaller);

/// <summary>
/// A macro, or the body of a call block (without a name): it sees the variables of where it was defined.
/// </summary>
internal sealed class Macro(string? name, Parameter[] parameters, MacroBody body, Scope definedIn) : Callable
{
    public override object? Call(RenderState state, Arguments arguments)
    {
        state.Enter();
        var scope = new Scope(definedIn);
        Bind(scope, arguments);
        var text = Statement.Capture(body.Statements, scope);
        state.Leave();
        return text;
    }

    public override bool TryGetMember(string member, out object? value)
    {
        value = member switch
        {
            "name" => name,
            "arguments" => new PyTuple([.. parameters.Select(p => p.Name)]),
            "catch_kwargs" => body.TakesNamed,
            "catch_varargs" => body.TakesMore,
            "caller" => body.TakesCaller,
            _ => this,
        };
        return !ReferenceEquals(value, this);
    }

    public override string ToString() => $"<Macro {(name is null ? "anonymous" : PyRepr.Repr(name))}>";

    private void Bind(Scope scope, Arguments arguments)
    {
        var given = arguments.Positional;
        var named = arguments.Named.ToList();
        for (var i = 0; i < parameters.Length; i++)
        {
            var at = i < given.Length ? -1 : named.FindIndex(n => n.Key == parameters[i].Name);
            scope.Set(parameters[i].Name, i < given.Length ? given[i] : at >= 0 ? named[at].Value : Default(scope, i));
            if (at >= 0)
                named.RemoveAt(at);
        }

        if (body.TakesCaller && !parameters.Any(p => p.Name == "caller"))
        {
            var at = named.FindIndex(n => n.Key == "caller");
            scope.Set("caller", at >= 0 ? named[at].Value : new Undefined("No caller defined"));
            if (at >= 0)
                named.RemoveAt(at);
        }

        if (body.TakesNamed)
            scope.Set("kwargs", ToDict(named));
        else if (named.Count > 0)
            throw new ChatTemplateException(named[0].Key == "caller"
                ? $"macro {PyRepr.Repr(name)} was invoked with two values for the special caller argument."
                    + " This is most likely a bug."
                : $"macro {PyRepr.Repr(name)} takes no keyword argument {PyRepr.Repr(named[0].Key)}");
        if (body.TakesMore)
            scope.Set("varargs", new PyTuple([.. given.Skip(parameters.Length)]));
        else if (given.Length > parameters.Length)
            throw new ChatTemplateException(
                $"macro {PyRepr.Repr(name)} takes not more than {parameters.Length} argument(s)");
    }

    // A default sees the parameters before it.
    private object? Default(Scope scope, int index) => parameters[index].Default is { } value
        ? value.Evaluate(scope)
        : new Undefined($"parameter {PyRepr.Repr(parameters[index].Name)} was not provided");

    private static PyDict ToDict(List<KeyValuePair<string, object?>> named)
    {
        var dict = new PyDict();
        foreach (var (key, value) in named)
            dict.Set(key, value);
        return dict;
    }
}
