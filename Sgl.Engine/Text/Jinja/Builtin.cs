using System.Collections.Frozen;
using System.Globalization;
using Sgl.Engine.Text.Jinja.Python;

namespace Sgl.Engine.Text.Jinja;

/// <summary>A function, filter, test or method written in C#, with the parameters Python's has.</summary>
internal sealed class Builtin : Callable
{
    private readonly string[] _names;
    private readonly object?[] _defaults;
    private readonly bool[] _optional;
    private readonly bool _takesMore;
    private readonly bool _takesNamed;
    private readonly Func<RenderState, object?[], object?> _body;

    /// <param name="signature">
    /// Name and parameters: "indent value width=4 first=false", "format value *args **kwargs".
    /// </param>
    /// <param name="body">
    /// Gets the parameters' values in order; behind them *args as a tuple and **kwargs as a dict where the signature
    /// has them.
    /// </param>
    public Builtin(string signature, Func<RenderState, object?[], object?> body)
    {
        var words = signature.Split(' ');
        _takesNamed = words[^1].StartsWith("**", StringComparison.Ordinal);
        var end = words.Length - (_takesNamed ? 1 : 0);
        _takesMore = words[end - 1].StartsWith('*');
        string[][] parameters = [.. words[1..(_takesMore ? end - 1 : end)].Select(w => w.Split('=', 2))];
        Name = words[0];
        _names = [.. parameters.Select(p => p[0])];
        _optional = [.. parameters.Select(p => p.Length == 2)];
        _defaults = [.. parameters.Select(p => p.Length == 2 ? Default(p[1]) : null)];
        _body = body;
    }

    public string Name { get; }

    public static FrozenDictionary<string, Builtin> Table(params ReadOnlySpan<Builtin> builtins)
    {
        var table = new Dictionary<string, Builtin>();
        foreach (var builtin in builtins)
            table.Add(builtin.Name, builtin);
        return table.ToFrozenDictionary();
    }

    public override object? Call(RenderState state, Arguments arguments)
    {
        var bound = Bind(arguments);
        // Most of what takes a text goes through it.
        state.Work(1 + (bound is [string text, ..] ? text.Length / 16 : 0));
        return _body(state, bound);
    }

    public override string ToString() => $"<function {Name}>";

    private static object? Default(string literal) => literal switch
    {
        "none" => null,
        "true" => true,
        "false" => false,
        "''" => "",
        "0.0" => 0.0,
        _ => long.TryParse(literal, CultureInfo.InvariantCulture, out var number) ? number : literal,
    };

    private object?[] Bind(Arguments arguments)
    {
        var given = arguments.Positional;
        var count = _names.Length;
        if (given.Length > count && !_takesMore)
            throw new ChatTemplateException(
                $"{Name}() takes {count} positional argument{(count == 1 ? "" : "s")} but {given.Length} were given");

        var bound = new object?[count + (_takesMore ? 1 : 0) + (_takesNamed ? 1 : 0)];
        _defaults.CopyTo(bound, 0);
        Array.Copy(given, bound, Math.Min(given.Length, count));
        if (_takesMore)
            bound[count] = new PyTuple(given.Length > count ? given[count..] : []);
        var more = _takesNamed ? new PyDict() : null;
        if (_takesNamed)
            bound[^1] = more;

        var named = new bool[count];
        foreach (var (name, value) in arguments.Named)
        {
            var at = Array.IndexOf(_names, name);
            if (at >= 0 && at < given.Length)
                throw new ChatTemplateException($"{Name}() got multiple values for argument '{name}'");
            if (at >= 0)
                (bound[at], named[at]) = (value, true);
            else if (more is not null)
                more.Set(name, value);
            else
                throw new ChatTemplateException($"{Name}() got an unexpected keyword argument '{name}'");
        }

        for (var i = given.Length; i < count; i++)
        {
            if (!_optional[i] && !named[i])
                throw new ChatTemplateException($"{Name}() missing 1 required positional argument: '{_names[i]}'");
        }

        return bound;
    }
}
