using Sgl.Engine.Text.Jinja.Python;

namespace Sgl.Engine.Text.Jinja;

/// <summary>The arguments of a call as written: values, name=value, *sequence, **dict.</summary>
internal sealed class ArgumentList(
    Expression[] positional, (string Name, Expression Value)[] named, Expression? more, Expression? moreNamed)
{
    public static readonly ArgumentList Empty = new([], [], null, null);

    /// <param name="first">Values that come before the written ones: what a filter filters.</param>
    public Arguments Evaluate(Scope scope, params object?[] first)
    {
        if (first.Length == 0 && positional.Length + named.Length == 0 && more is null && moreNamed is null)
            return Arguments.None;
        object?[] values = [.. first, .. positional.Select(p => p.Evaluate(scope))];
        if (more is not null)
            values = [.. values, .. PyIteration.Items(scope.State, more.Evaluate(scope))];
        var names = Array.ConvertAll(named, n => KeyValuePair.Create(n.Name, n.Value.Evaluate(scope)));
        return new(values, moreNamed is null ? names : [.. names, .. Spread(moreNamed.Evaluate(scope))]);
    }

    private static IEnumerable<KeyValuePair<string, object?>> Spread(object? value)
    {
        if (value is not PyDict dict)
            throw new ChatTemplateException($"argument after ** must be a mapping, not {PyType.Name(value)}");
        return dict.Items.Select(i => i.Key is string name
            ? KeyValuePair.Create(name, i.Value)
            : throw new ChatTemplateException("keywords must be strings"));
    }
}
