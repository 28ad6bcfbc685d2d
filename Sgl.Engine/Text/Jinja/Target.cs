using Sgl.Engine.Text.Jinja.Python;

namespace Sgl.Engine.Text.Jinja;

/// <summary>What can be assigned to: a name, a namespace's attribute, or a tuple of such.</summary>
internal abstract class Target
{
    public abstract void Assign(Scope scope, object? value);
}

internal sealed class NameTarget(string name) : Target
{
    public override void Assign(Scope scope, object? value) => scope.Set(name, value);
}

internal sealed class NamespaceTarget(string name, string attribute) : Target
{
    public override void Assign(Scope scope, object? value)
    {
        if (scope.Get(name) is not Namespace members)
            throw new ChatTemplateException("cannot assign attribute on non-namespace object");
        members.Set(attribute, value);
    }
}

internal sealed class TupleTarget(Target[] targets) : Target
{
    public override void Assign(Scope scope, object? value)
    {
        if (!PyIteration.IsIterable(value))
            throw new ChatTemplateException($"cannot unpack non-iterable {PyType.Name(value)} object");
        var items = PyIteration.Items(scope.State, value).Take(targets.Length + 1).ToArray();
        if (items.Length > targets.Length)
            throw new ChatTemplateException($"too many values to unpack (expected {targets.Length})");
        if (items.Length < targets.Length)
            throw new ChatTemplateException(
                $"not enough values to unpack (expected {targets.Length}, got {items.Length})");
        for (var i = 0; i < items.Length; i++)
            targets[i].Assign(scope, items[i]);
    }
}
