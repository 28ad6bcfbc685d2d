using System.Collections.Frozen;
using System.Numerics;
using Sgl.Engine.Text.Jinja.Python;

namespace Sgl.Engine.Text.Jinja;

/// <summary>What may stand behind "is".</summary>
internal static class Tests
{
    public static readonly FrozenDictionary<string, Builtin> All = Builtin.Table(
        new("defined value", (_, a) => a[0] is not Undefined),
        new("undefined value", (_, a) => a[0] is Undefined),
        new("none value", (_, a) => a[0] is null),
        new("boolean value", (_, a) => a[0] is bool),
        new("true value", (_, a) => a[0] is true),
        new("false value", (_, a) => a[0] is false),
        new("integer value", (_, a) => a[0] is long or BigInteger),
        new("float value", (_, a) => a[0] is double),
        new("number value", (_, a) => PyNumber.IsNumber(a[0])),
        new("string value", (_, a) => a[0] is string),
        new("mapping value", (_, a) => a[0] is PyDict),
        new("sequence value", (_, a) => a[0] is string or PySequence or PyDict or Undefined),
        new("iterable value", (_, a) => PyIteration.IsIterable(a[0])),
        new("callable value", (_, a) => a[0] is Callable or Undefined),
        new("escaped value", (_, _) => false),
        new("sameas value other", (_, a) => IsSame(a[0], a[1])),
        new("odd value", (state, a) => PyCompare.AreEqual(PyOperators.Modulo(state, a[0], 2L), 1L)),
        new("even value", (state, a) => PyCompare.AreEqual(PyOperators.Modulo(state, a[0], 2L), 0L)),
        new("divisibleby value num", (state, a) => PyCompare.AreEqual(PyOperators.Modulo(state, a[0], a[1]), 0L)),
        new("lower value", (state, a) => IsCased(state, a[0], "islower")),
        new("upper value", (state, a) => IsCased(state, a[0], "isupper")),
        new("in value seq", (state, a) => PyCompare.Contains(state, a[1], a[0])),
        new("filter value", (_, a) => a[0] is string name && Filters.All.ContainsKey(name)),
        new("test value", (_, a) => a[0] is string name && IsTest(name)),
        Equal("=="), Equal("eq"), Equal("equalto"), Unequal("!="), Unequal("ne"),
        Order(">", ">"), Order("gt", ">"), Order("greaterthan", ">"), Order(">=", ">="), Order("ge", ">="),
        Order("<", "<"), Order("lt", "<"), Order("lessthan", "<"), Order("<=", "<="), Order("le", "<="));

    private static bool IsTest(string name) => All.ContainsKey(name);

    private static Builtin Equal(string name) =>
        new(name + " value other", (_, a) => PyCompare.AreEqual(a[0], a[1]));

    private static Builtin Unequal(string name) =>
        new(name + " value other", (_, a) => !PyCompare.AreEqual(a[0], a[1]));

    private static Builtin Order(string name, string op) =>
        new(name + " value other", (_, a) => PyCompare.Order(op, a[0], a[1]));

    // Small values are one object in Python wherever they come from.
    private static bool IsSame(object? a, object? b) => ReferenceEquals(a, b)
        || (a?.GetType() == b?.GetType() && a is bool or long or string && PyCompare.AreEqual(a, b));

    private static object? IsCased(RenderState state, object? value, string method) =>
        StringMethods.All[method].Call(state, new([PyRepr.Str(value)], []));
}
