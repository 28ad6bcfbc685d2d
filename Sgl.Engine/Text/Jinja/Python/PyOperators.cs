using System.Numerics;

namespace Sgl.Engine.Text.Jinja.Python;

/// <summary>Arithmetic as Python does it: floor division and modulo round down, integers do not overflow.</summary>
internal static class PyOperators
{
    // 4300 decimal digits.
    private const long IntegerBits = 14_285;

    public static object? Add(RenderState state, object? a, object? b)
    {
        switch (a, b)
        {
            case (string s, string t):
                state.Reserve((long)s.Length + t.Length);
                return s + t;
            case (long x, long y) when !Overflows(x, y):
                return x + y;
            case (PyList or PyTuple, PySequence q) when a.GetType() == b.GetType():
                var p = (PySequence)a;
                state.Work(p.Count + q.Count);
                return p.Of([.. p, .. q]);
        }

        if (Numbers(a, b) is { } kind)
            return kind == typeof(double)
                ? PyNumber.ToDouble(a) + PyNumber.ToDouble(b)
                : Integer(PyNumber.ToBig(a) + PyNumber.ToBig(b));
        if (a is string or PyList or PyTuple && b is not Undefined)
            throw new ChatTemplateException(
                $"can only concatenate {PyType.Name(a)} (not \"{PyType.Name(b)}\") to {PyType.Name(a)}");
        throw Unsupported("+", a, b);
    }

    public static object? Subtract(object? a, object? b) => Numbers(a, b) switch
    {
        null => throw Unsupported("-", a, b),
        { } kind when kind == typeof(double) => PyNumber.ToDouble(a) - PyNumber.ToDouble(b),
        _ => Integer(PyNumber.ToBig(a) - PyNumber.ToBig(b)),
    };

    public static object? Multiply(RenderState state, object? a, object? b)
    {
        if (Numbers(a, b) is { } kind)
            return kind == typeof(double)
                ? PyNumber.ToDouble(a) * PyNumber.ToDouble(b)
                : Integer(PyNumber.ToBig(a) * PyNumber.ToBig(b));
        if (a is Undefined || b is Undefined)
            throw Unsupported("*", a, b);
        if (b is string or PyList or PyTuple && a is not (string or PyList or PyTuple))
            (a, b) = (b, a);
        if (a is not (string or PyList or PyTuple))
            throw Unsupported("*", a, b);
        if (!PyNumber.IsInteger(b))
            throw new ChatTemplateException($"can't multiply sequence by non-int of type '{PyType.Name(b)}'");
        return Repeat(state, a, Math.Max(0, PyNumber.ToIndex(b)));
    }

    private static object Repeat(RenderState state, object sequence, int times)
    {
        if (sequence is string text)
        {
            times = text.Length == 0 ? 0 : times;
            state.Reserve((long)text.Length * times);
            return string.Concat(Enumerable.Repeat(text, times));
        }

        var items = (PySequence)sequence;
        times = items.Count == 0 ? 0 : times;
        state.Work((long)items.Count * times);
        return items.Of([.. Enumerable.Repeat(items, times).SelectMany(i => i)]);
    }

    public static object? Divide(object? a, object? b)
    {
        if (Numbers(a, b) is not { } kind)
            throw Unsupported("/", a, b);
        var divisor = PyNumber.ToDouble(b);
        return divisor == 0
            ? throw new ChatTemplateException(kind == typeof(double) ? "float division by zero" : "division by zero")
            : PyNumber.ToDouble(a) / divisor;
    }

    public static object? FloorDivide(object? a, object? b)
    {
        if (Numbers(a, b) is not { } kind)
            throw Unsupported("//", a, b);
        if (kind == typeof(double))
        {
            var (x, y) = (PyNumber.ToDouble(a), PyNumber.ToDouble(b));
            if (y == 0)
                throw new ChatTemplateException("float floor division by zero");
            var quotient = Math.Round((x - FloatModulo(x, y)) / y);
            return quotient == 0 ? Math.CopySign(0, x / y) : quotient;
        }

        var (n, d) = (PyNumber.ToBig(a), PyNumber.ToBig(b));
        if (d.IsZero)
            throw new ChatTemplateException("integer division or modulo by zero");
        return Integer((n - IntegerModulo(n, d)) / d);
    }

    public static object? Modulo(RenderState state, object? a, object? b)
    {
        if (a is string format)
            return PercentFormat.Apply(state, format, b);
        if (Numbers(a, b) is not { } kind)
            throw Unsupported("%", a, b);
        if (kind == typeof(double))
        {
            var y = PyNumber.ToDouble(b);
            return y == 0 ? throw new ChatTemplateException("float modulo") : FloatModulo(PyNumber.ToDouble(a), y);
        }

        var d = PyNumber.ToBig(b);
        return d.IsZero
            ? throw new ChatTemplateException("integer modulo by zero")
            : Integer(IntegerModulo(PyNumber.ToBig(a), d));
    }

    public static object? Power(object? a, object? b)
    {
        if (Numbers(a, b) is not { } kind)
            throw Unsupported("** or pow()", a, b);
        if (kind != typeof(double) && PyNumber.ToBig(b) is { Sign: >= 0 } exponent)
        {
            var root = PyNumber.ToBig(a);
            if (BigInteger.Abs(root) <= 1)
                return Integer(exponent.IsZero ? 1 : root * (exponent.IsEven ? root : 1));
            return exponent * (root.GetBitLength() - 1) > IntegerBits
                ? throw TooLarge()
                : Integer(BigInteger.Pow(root, (int)exponent));
        }

        var (x, y) = (PyNumber.ToDouble(a), PyNumber.ToDouble(b));
        if (x == 0 && y < 0)
            throw new ChatTemplateException("0.0 cannot be raised to a negative power");
        if (x < 0 && double.IsFinite(x) && y != Math.Truncate(y))
            throw new ChatTemplateException("a negative number raised to a fraction is complex");
        var power = Math.Pow(x, y);
        return double.IsInfinity(power) && double.IsFinite(x) && double.IsFinite(y)
            ? throw new ChatTemplateException("(34, 'Numerical result out of range')")
            : power;
    }

    public static object? Negate(object? value) => value switch
    {
        double d => -d,
        Undefined undefined => throw undefined.Error(),
        _ when PyNumber.IsInteger(value) => Integer(-PyNumber.ToBig(value)),
        _ => throw new ChatTemplateException($"bad operand type for unary -: '{PyType.Name(value)}'"),
    };

    public static object? Positive(object? value) => value switch
    {
        double => value,
        Undefined undefined => throw undefined.Error(),
        _ when PyNumber.IsInteger(value) => PyNumber.Normalize(PyNumber.ToBig(value)),
        _ => throw new ChatTemplateException($"bad operand type for unary +: '{PyType.Name(value)}'"),
    };

    private static bool Overflows(long a, long b) => ((a ^ (a + b)) & (b ^ (a + b))) < 0;

    /// <summary>The type two numbers are calculated in; null when one of them is no number.</summary>
    private static Type? Numbers(object? a, object? b)
    {
        if (!PyNumber.IsNumber(a) || !PyNumber.IsNumber(b))
            return null;
        return a is double || b is double ? typeof(double) : typeof(BigInteger);
    }

    private static object Integer(BigInteger value) =>
        value.GetBitLength() > IntegerBits ? throw TooLarge() : PyNumber.Normalize(value);

    private static ChatTemplateException TooLarge() =>
        new($"the template made an integer of more than {JinjaLimits.Digits} digits");

    private static BigInteger IntegerModulo(BigInteger n, BigInteger d)
    {
        var rest = n % d;
        return !rest.IsZero && rest.Sign != d.Sign ? rest + d : rest;
    }

    private static double FloatModulo(double x, double y)
    {
        var rest = x % y;
        return rest == 0 ? Math.CopySign(0, y) : rest < 0 != y < 0 ? rest + y : rest;
    }

    private static ChatTemplateException Unsupported(string op, object? a, object? b) =>
        (a as Undefined ?? b as Undefined)?.Error() ?? new ChatTemplateException(
            $"unsupported operand type(s) for {op}: '{PyType.Name(a)}' and '{PyType.Name(b)}'");
}
