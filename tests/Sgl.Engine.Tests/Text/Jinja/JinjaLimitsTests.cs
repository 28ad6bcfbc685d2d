using Sgl.Engine.Text;
using Sgl.Engine.Text.Jinja;

namespace Sgl.Engine.Tests.Text.Jinja;

/// <summary>Templates that would run for ever, eat the memory or the stack are stopped with a message.</summary>
public sealed class JinjaLimitsTests
{
    [Theory]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}")]
    [InlineData("{% for a in range(100000) %}{{ range(100000) | sum }}{% endfor %}")]
    [InlineData("{% for a in range(100000) %}{% if range(100000) | list == [] %}{% endif %}{% endfor %}")]
    [InlineData("{% set s = 'ab' * 1000000 %}{% for a in range(100000) %}{{ s.upper() == s }}{% endfor %}")]
    [InlineData("{% set s = 'ab' * 1000000 %}{% for a in range(100000) %}{{ 'c' in s }}{{ s[-1] }}{% endfor %}")]
    [InlineData("{% set n = namespace(l=[1]) %}{% for a in range(99) %}{% set n.l = n.l + n.l %}{% endfor %}")]
    [InlineData("{{ [1] * 99999999 }}")]
    [InlineData("{{ range(100000) | batch(1, 2) | map('batch', 99999999, 2) | map('list') | list }}")]
    [InlineData("{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}")]
    public void MuchWorkIsStopped(string template) =>
        AssertStopped($"the template did more than {JinjaLimits.Work} steps and was stopped", template);

    [Theory]
    [InlineData("{{ 'x' * 999999999 }}")]
    [InlineData("{% for a in range(1000) %}{{ 'x' * 100000 }}{% endfor %}")]
    [InlineData("{% set n = namespace(s='x') %}{% for a in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}")]
    [InlineData("{% set n = namespace(s='x') %}{% for a in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}")]
    [InlineData("{% set n = namespace(s='x') %}{% for a in range(99) %}{% set n.s = n.s.join('abc') %}{% endfor %}")]
    [InlineData("{% set s = 'x' * 10000 %}{{ s.replace('x', s) }}")]
    [InlineData("{% set s = 'x' * 10000 %}{{ s | replace('', s) }}")]
    [InlineData("{% set s = 'x' * 10000 %}{{ s.split('x') | join(s) }}")]
    [InlineData("{% set s = '\\n' * 10000 %}{{ s | indent(9999, blank=true) }}")]
    [InlineData("{{ 'x' | center(999999999) }}")]
    [InlineData("{{ 'x'.zfill(999999999) }}")]
    [InlineData("{{ '%999999999d' % 1 }}")]
    [InlineData("{{ '{:999999999}'.format(1) }}")]
    [InlineData("{{ 'x' | indent(999999999) }}")]
    [InlineData("{{ '\\t'.expandtabs(999999999) }}")]
    public void LongTextIsStopped(string template) =>
        AssertStopped($"the template made a text of more than {JinjaLimits.TextLength} characters", template);

    [Theory]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}")]
    [InlineData("{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}{{ m() }}")]
    [InlineData("{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    public void EndlessRecursionIsStopped(string template) =>
        AssertStopped($"macros call each other more than {JinjaLimits.CallDepth} deep", template);

    [Theory]
    [InlineData("{{ n.x }}")]
    [InlineData("{{ n.x | tojson }}")]
    [InlineData("{{ n.x == n.y }}")]
    [InlineData("{{ n.x < n.y }}")]
    [InlineData("{{ {n.t: 1} }}")]
    public void DeepValuesAreRefused(string use) => AssertStopped(
        "lists or dicts inside each other are too deep",
        "{% set n = namespace(x=[], y=[], t=()) %}{% for a in range(99999) %}"
        + "{% set n.x = [n.x] %}{% set n.y = [n.y] %}{% set n.t = (n.t,) %}{% endfor %}" + use);

    [Theory]
    [InlineData("{{ 10 ** 99999999 }}")]
    [InlineData("{% set n = namespace(x=10) %}{% for a in range(99) %}{% set n.x = n.x * n.x %}{% endfor %}")]
    public void LongIntegersAreRefused(string template) =>
        AssertStopped($"the template made an integer of more than {JinjaLimits.Digits} digits", template);

    [Fact]
    public void MacrosOfATenthOfTheDepthFitOnTheStack() =>
        Assert.Equal("end", Render(NestedMacros(JinjaLimits.CallDepth / 10)));

    /// <summary>What a frame takes depends on how the code was compiled; the process survives in any case.</summary>
    [Fact]
    public void TheDeepestMacrosFitOnTheStackOrAreRefused()
    {
        string? rendered = null;
        Exception? refused = Record.Exception(() => rendered = Render(NestedMacros(JinjaLimits.CallDepth)));
        if (refused is null)
            Assert.Equal("end", rendered);
        else
            Assert.Equal(
                "lists or dicts inside each other are too deep", Assert.IsType<ChatTemplateException>(refused).Message);
    }

    private static string NestedMacros(int depth)
    {
        var open = string.Concat(Enumerable.Repeat("{% if true %}", JinjaLimits.Nesting - 5));
        var close = string.Concat(Enumerable.Repeat("{% endif %}", JinjaLimits.Nesting - 5));
        var call = "m(n - 1)" + string.Concat(Enumerable.Repeat(" + ''", JinjaLimits.Operators - 10));
        var body = $"{open}{{{{ {call} if n else 'end' }}}}{close}";
        return $"{{% macro m(n) %}}{body}{{% endmacro %}}{{{{ m({depth - 1}) }}}}";
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("not ", "")]
    [InlineData("- ", "")]
    [InlineData("{1: ", "}")]
    [InlineData("f(", ")")]
    public void DeepExpressionsAreNoTemplates(string open, string close)
    {
        string Repeat(string text) => string.Concat(Enumerable.Repeat(text, 100_000));
        var refused = Assert.Throws<JinjaSyntaxException>(
            () => new JinjaTemplate($"\n{{{{ {Repeat(open)}1{Repeat(close)} }}}}"));
        Assert.Equal($"line 2: blocks and expressions nest deeper than {JinjaLimits.Nesting}", refused.Message);
    }

    [Theory]
    [InlineData(" + 1")]
    [InlineData(" and 1")]
    [InlineData(".a")]
    [InlineData("[0]")]
    [InlineData("|e")]
    [InlineData(" if 1")]
    [InlineData(" is defined")]
    public void LongChainsAreNoTemplates(string link)
    {
        var chain = string.Concat(Enumerable.Repeat(link, 100_000));
        Assert.Throws<JinjaSyntaxException>(() => new JinjaTemplate($"{{{{ a{chain} }}}}"));
    }

    [Fact]
    public void DeepBlocksAreNoTemplates()
    {
        var open = string.Concat(Enumerable.Repeat("{% if a %}", 100_000));
        Assert.Throws<JinjaSyntaxException>(() => new JinjaTemplate(open));
    }

    private static void AssertStopped(string message, string template) =>
        Assert.Equal(message, Assert.Throws<ChatTemplateException>(() => Render(template)).Message);

    private static string Render(string template) => new JinjaTemplate(template).Render([], TimeProvider.System);
}
