using Sgl.Engine.Text.Jinja.Python;

namespace Sgl.Engine.Text.Jinja;

/// <summary>
/// A value to be: null (None), bool, long, BigInteger, double, string, a PySequence, PyDict, Undefined or JinjaObject.
/// </summary>
internal abstract class Expression
{
    public abstract object? Evaluate(Scope scope);
}

internal sealed class Constant(object? value) : Expression
{
    public override object? Evaluate(Scope scope) => value;
}

internal sealed class Name(string name) : Expression
{
    public override object? Evaluate(Scope scope) => scope.Get(name);
}

internal sealed class ListLiteral(Expression[] items) : Expression
{
    public override object? Evaluate(Scope scope) => new PyList(Array.ConvertAll(items, i => i.Evaluate(scope)));
}

internal sealed class TupleLiteral(Expression[] items) : Expression
{
    public override object? Evaluate(Scope scope) => new PyTuple(Array.ConvertAll(items, i => i.Evaluate(scope)));
}

internal sealed class DictLiteral((Expression Key, Expression Value)[] items) : Expression
{
    public override object? Evaluate(Scope scope)
    {
        var dict = new PyDict();
        foreach (var (key, value) in items)
            dict.Set(key.Evaluate(scope), value.Evaluate(scope));
        return dict;
    }
}

/// <summary><c>then if condition else otherwise</c>; undefined without an else.</summary>
internal sealed class Conditional(Expression condition, Expression then, Expression? otherwise, int line) : Expression
{
    private readonly string _noElse =
        $"the inline if-expression on line {line} evaluated to false and no else section was defined.";

    public override object? Evaluate(Scope scope) => PyType.IsTrue(condition.Evaluate(scope))
        ? then.Evaluate(scope)
        : otherwise is null ? new Undefined(_noElse) : otherwise.Evaluate(scope);
}

internal sealed class And(Expression left, Expression right) : Expression
{
    public override object? Evaluate(Scope scope)
    {
        var value = left.Evaluate(scope);
        return PyType.IsTrue(value) ? right.Evaluate(scope) : value;
    }
}

internal sealed class Or(Expression left, Expression right) : Expression
{
    public override object? Evaluate(Scope scope)
    {
        var value = left.Evaluate(scope);
        return PyType.IsTrue(value) ? value : right.Evaluate(scope);
    }
}

internal sealed class Not(Expression operand) : Expression
{
    public override object? Evaluate(Scope scope) => !PyType.IsTrue(operand.Evaluate(scope));
}

internal sealed class Sign(bool negative, Expression operand) : Expression
{
    public override object? Evaluate(Scope scope) => negative
        ? PyOperators.Negate(operand.Evaluate(scope))
        : PyOperators.Positive(operand.Evaluate(scope));
}

internal sealed class Arithmetic(string op, Expression left, Expression right) : Expression
{
    public override object? Evaluate(Scope scope)
    {
        var (a, b) = (left.Evaluate(scope), right.Evaluate(scope));
        return op switch
        {
            "+" => PyOperators.Add(scope.State, a, b),
            "-" => PyOperators.Subtract(a, b),
            "*" => PyOperators.Multiply(scope.State, a, b),
            "/" => PyOperators.Divide(a, b),
            "//" => PyOperators.FloorDivide(a, b),
            "%" => PyOperators.Modulo(scope.State, a, b),
            _ => PyOperators.Power(a, b),
        };
    }
}

/// <summary><c>a ~ b ~ c</c>: their texts, one behind the other.</summary>
internal sealed class Concatenation(Expression[] parts) : Expression
{
    public override object? Evaluate(Scope scope)
    {
        var texts = Array.ConvertAll(parts, p => PyRepr.Str(p.Evaluate(scope)));
        scope.State.Reserve(texts.Sum(t => (long)t.Length));
        return string.Concat(texts);
    }
}

/// <summary>
/// <c>a &lt; b == c in d</c>: each neighbouring pair has to hold; the rest is not looked at once one does not.
/// </summary>
internal sealed class Comparison(Expression first, (string Op, Expression Operand)[] rest) : Expression
{
    public override object? Evaluate(Scope scope)
    {
        var left = first.Evaluate(scope);
        foreach (var (op, operand) in rest)
        {
            var right = operand.Evaluate(scope);
            if (!Holds(scope.State, op, left, right))
                return false;
            left = right;
        }

        return true;
    }

    private static bool Holds(RenderState state, string op, object? left, object? right)
    {
        if (left is PySequence items)
            state.Work(items.Count);
        return op switch
        {
            "==" => PyCompare.AreEqual(left, right),
            "!=" => !PyCompare.AreEqual(left, right),
            "in" => PyCompare.Contains(state, right, left),
            "not in" => !PyCompare.Contains(state, right, left),
            _ => PyCompare.Order(op, left, right),
        };
    }
}

internal sealed class MemberAccess(Expression owner, string name) : Expression
{
    public override object? Evaluate(Scope scope) => PyMembers.Attribute(owner.Evaluate(scope), name);
}

internal sealed class ItemAccess(Expression owner, Expression key) : Expression
{
    public override object? Evaluate(Scope scope)
    {
        var value = owner.Evaluate(scope);
        if (value is string text)
            scope.State.Work(text.Length / 16);
        return PyMembers.Item(value, key.Evaluate(scope));
    }
}

internal sealed class SliceLiteral(Expression? start, Expression? stop, Expression? step) : Expression
{
    public override object? Evaluate(Scope scope) =>
        new Slice(start?.Evaluate(scope), stop?.Evaluate(scope), step?.Evaluate(scope));
}

internal sealed class CallExpression(Expression callee, ArgumentList arguments) : Expression
{
    public Expression Callee => callee;

    public ArgumentList Arguments => arguments;

    public override object? Evaluate(Scope scope) => Call(scope, callee.Evaluate(scope), arguments.Evaluate(scope));

    public static object? Call(Scope scope, object? callee, Arguments arguments) => callee switch
    {
        Callable callable => callable.Call(scope.State, arguments),
        Undefined undefined => throw undefined.Error(),
        _ => throw new ChatTemplateException($"'{PyType.Name(callee)}' object is not callable"),
    };
}

/// <param name="value">What is filtered; the body's text where a filter stands at a block.</param>
internal sealed class FilterExpression(Expression value, string name, ArgumentList arguments) : Expression
{
    private readonly Builtin? _filter = Filters.All.GetValueOrDefault(name);

    // An unknown filter only fails where it is used: templates name some behind a condition.
    public override object? Evaluate(Scope scope) => _filter is null
        ? throw new ChatTemplateException($"No filter named '{name}'.")
        : _filter.Call(scope.State, arguments.Evaluate(scope, value.Evaluate(scope)));
}

internal sealed class TestExpression(Expression value, string name, ArgumentList arguments) : Expression
{
    private readonly Builtin? _test = Tests.All.GetValueOrDefault(name);

    public override object? Evaluate(Scope scope) => _test is null
        ? throw new ChatTemplateException($"No test named '{name}'.")
        : _test.Call(scope.State, arguments.Evaluate(scope, value.Evaluate(scope)));
}
