using System.Text;
using Sgl.Engine.Text.Jinja.Python;

namespace Sgl.Engine.Text.Jinja;

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}

internal abstract class Statement
{
    public abstract Flow Execute(Scope scope, StringBuilder output);

    /// <summary>The text that a body makes.</summary>
    public static string Capture(Statement[] body, Scope scope)
    {
        var output = new StringBuilder();
        ExecuteAll(body, scope, output);
        return output.ToString();
    }

    public static Flow ExecuteAll(Statement[] body, Scope scope, StringBuilder output)
    {
        foreach (var statement in body)
        {
            var flow = statement.Execute(scope, output);
            if (flow != Flow.Next)
                return flow;
        }

        return Flow.Next;
    }

    protected static void Write(Scope scope, StringBuilder output, string text)
    {
        scope.State.ReserveMore(output.Length, text.Length);
        output.Append(text);
    }
}

internal sealed class Text(string text) : Statement
{
    public override Flow Execute(Scope scope, StringBuilder output)
    {
        Write(scope, output, text);
        return Flow.Next;
    }
}

internal sealed class Print(Expression[] values) : Statement
{
    public override Flow Execute(Scope scope, StringBuilder output)
    {
        foreach (var value in values)
            Write(scope, output, PyRepr.Str(value.Evaluate(scope)));
        return Flow.Next;
    }
}

internal sealed class If((Expression Condition, Statement[] Body)[] branches, Statement[] otherwise) : Statement
{
    public override Flow Execute(Scope scope, StringBuilder output)
    {
        foreach (var (condition, body) in branches)
        {
            if (PyType.IsTrue(condition.Evaluate(scope)))
                return ExecuteAll(body, scope, output);
        }

        return ExecuteAll(otherwise, scope, output);
    }
}

internal sealed class For(
    Target target, Expression items, Expression? condition, bool recursive, Statement[] body, Statement[] otherwise)
    : Statement
{
    public override Flow Execute(Scope scope, StringBuilder output) => Run(scope, items.Evaluate(scope), 0, output);

    private Flow Run(Scope scope, object? values, int depth, StringBuilder output)
    {
        var walked = PyIteration.Items(scope.State, values);
        var loop = new LoopContext(
            condition is null ? walked : walked.Where(item => Matches(scope, item)),
            condition is null ? PyIteration.Length(values) : null,
            recursive ? (inner, innerDepth) => Recurse(scope, inner, innerDepth) : null,
            depth);
        // As in Jinja, an iteration that break or continue cut short does not count: the else part still runs.
        var completed = false;
        while (loop.MoveNext(out var item))
        {
            var inner = new Scope(scope);
            inner.Set("loop", loop);
            target.Assign(inner, item);
            var flow = ExecuteAll(body, inner, output);
            if (flow == Flow.Break)
                break;
            completed |= flow == Flow.Next;
        }

        return completed ? Flow.Next : ExecuteAll(otherwise, new Scope(scope), output);
    }

    private string Recurse(Scope scope, object? values, int depth)
    {
        scope.State.Enter();
        var output = new StringBuilder();
        Run(scope, values, depth, output);
        scope.State.Leave();
        return output.ToString();
    }

    private bool Matches(Scope scope, object? item)
    {
        var inner = new Scope(scope);
        target.Assign(inner, item);
        return PyType.IsTrue(condition!.Evaluate(inner));
    }
}

internal sealed class LoopControl(Flow flow) : Statement
{
    public override Flow Execute(Scope scope, StringBuilder output) => flow;
}

internal sealed class Set(Target target, Expression value) : Statement
{
    public override Flow Execute(Scope scope, StringBuilder output)
    {
        target.Assign(scope, value.Evaluate(scope));
        return Flow.Next;
    }
}

/// <summary>{% set x %} and {% filter f %}: the body's text through filters, into a variable or out.</summary>
/// <param name="target">Null: the text is written.</param>
internal sealed class CaptureBlock(Target? target, Statement[] body, Func<Expression, Expression> filters) : Statement
{
    public override Flow Execute(Scope scope, StringBuilder output)
    {
        var text = filters(new Constant(Capture(body, new Scope(scope)))).Evaluate(scope);
        if (target is null)
            Write(scope, output, PyRepr.Str(text));
        else
            target.Assign(scope, text);
        return Flow.Next;
    }
}

/// <summary>
/// {% with a = 1 %}, and with no variables every block that only has a scope of its own ({% generation %}).
/// </summary>
internal sealed class With((Target Target, Expression Value)[] variables, Statement[] body) : Statement
{
    public override Flow Execute(Scope scope, StringBuilder output)
    {
        var inner = new Scope(scope);
        foreach (var (target, value) in variables)
            target.Assign(inner, value.Evaluate(scope));
        return ExecuteAll(body, inner, output);
    }
}

internal sealed class MacroDefinition(string name, Parameter[] parameters, MacroBody body) : Statement
{
    public override Flow Execute(Scope scope, StringBuilder output)
    {
        scope.Set(name, new Macro(name, parameters, body, scope));
        return Flow.Next;
    }
}

/// <summary>{% call(parameters) macro(arguments) %}: the body is the macro's caller().</summary>
internal sealed class CallBlock(
    Expression callee, ArgumentList arguments, Parameter[] parameters, MacroBody body) : Statement
{
    public override Flow Execute(Scope scope, StringBuilder output)
    {
        var called = callee.Evaluate(scope);
        var given = arguments.Evaluate(scope);
        var caller = KeyValuePair.Create<string, object?>("caller", new Macro(null, parameters, body, scope));
        var result = CallExpression.Call(scope, called, given with { Named = [.. given.Named, caller] });
        Write(scope, output, PyRepr.Str(result));
        return Flow.Next;
    }
}
