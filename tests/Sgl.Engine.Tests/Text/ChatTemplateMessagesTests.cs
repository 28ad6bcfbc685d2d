using System.Text.Json.Nodes;
using Sgl.Engine.Text;
using Sgl.Engine.Text.Jinja;

namespace Sgl.Engine.Tests.Text;

/// <summary>OpenAI's messages reach a template in the form that it was written for.</summary>
public sealed class ChatTemplateMessagesTests
{
    private const string Call = """
        [{"role": "assistant",
          "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": "ARGUMENTS"}}]}]
        """;

    [Theory]
    [InlineData("{{ messages[0].content }}", "one two")]
    [InlineData("{% for c in messages[0].content %}{{ c.type }}:{{ c.text }}{% endfor %}", "text:oneimage:text:two")]
    [InlineData("{% set m = messages[0] %}{% for c in m['content'] %}{{ c.type }};{% endfor %}", "text;image;text;")]
    [InlineData(
        "{% macro show(content) %}{% for c in content %}{{ c.type }};{% endfor %}{% endmacro %}"
        + "{{ show(messages[0].content) }}",
        "text;image;text;")]
    [InlineData(
        "{{ messages[0].content | selectattr('type', 'equalto', 'text') | map(attribute='text') | join('+') }}",
        "one+two")]
    [InlineData("{% for m in messages %}{{ m.content }}{% endfor %}", "one two")]
    public void PartsStayPartsWhereTheTemplateWalksThem(string template, string expected) =>
        Assert.Equal(expected, Render(template, """
            [{"role": "user", "content": [{"type": "text", "text": "one"},
              {"type": "image_url", "image_url": {"url": "data:image/png;,A"}}, {"type": "text", "text": "two"}]}]
            """));

    [Theory]
    [InlineData("{{ messages[0].content }}|", "|")]
    [InlineData("{{ messages[0].content is none }}", "True")]
    [InlineData("{{ messages[0]['content'] is not none }}", "False")]
    public void NoContentIsNoneOnlyWhereTheTemplateAsks(string template, string expected)
    {
        Assert.Equal(expected, Render(template, """[{"role": "assistant", "content": null}]"""));
        Assert.Equal(expected, Render(template, """[{"role": "assistant"}]"""));
    }

    [Fact]
    public void FieldsThatAreNullAreNotThere() => Assert.Equal("FalseFalse", Render(
        "{{ messages[0].tool_calls is defined }}{{ messages[0].name is defined }}",
        """[{"role": "user", "content": "x", "tool_calls": null, "name": null}]"""));

    [Theory]
    [InlineData("""{\"a\": 1}""", """{"a": 1} 1""")]
    [InlineData("not json", "\"not json\" ")]
    [InlineData("[1]", "\"[1]\" ")]
    public void ArgumentsBecomeTheObjectTheySpell(string arguments, string expected) => Assert.Equal(expected, Render(
        "{% set a = messages[0].tool_calls[0].function.arguments %}{{ a | tojson }} {{ a.a }}",
        Call.Replace("ARGUMENTS", arguments)));

    [Fact]
    public void ArgumentsStayTextWhereTheTemplateNeedsText() => Assert.Equal("call {\"a\":1}", Render(
        "{{ 'call ' + messages[0].tool_calls[0].function.arguments }}", Call.Replace("ARGUMENTS", """{\"a\":1}""")));

    [Fact]
    public void ARefusalIsInTheTemplatesWords() => Assert.Equal("Only users here", Assert.Throws<ChatTemplateException>(
        () => Render("{{ raise_exception('Only users here') }}", Call)).Message);

    [Fact]
    public void TheMessagesAreLeftAsTheyCame()
    {
        var messages = JsonNode.Parse(Call.Replace("ARGUMENTS", """{\"a\": 1}"""))!.AsArray();
        var before = messages.ToJsonString();
        Chat("{{ messages | length }}").Render(messages, null, true, null);
        Assert.Equal(before, messages.ToJsonString());
    }

    [Fact]
    public void NumbersOfAnySizeComeThrough() => Assert.Equal(
        "[123456789012345678901234567890, 1.0, 1e+300, 0, -5]",
        Render("{{ messages[0].x }}", """
            [{"role": "user", "content": "", "x": [123456789012345678901234567890, 1.0, 1e300, -0, -5]}]
            """));

    [Fact]
    public void HalfASurrogatePairIsRefused() => Assert.Equal(
        "the messages hold a text with half a surrogate pair",
        Assert.Throws<ChatTemplateException>(
            () => Render("{{ messages[0].content }}", """[{"role": "user", "content": "\ud83d"}]""")).Message);

    private static string Render(string template, string messages) =>
        Chat(template).Render(JsonNode.Parse(messages)!.AsArray(), null, addGenerationPrompt: true, null);

    private static JinjaChat Chat(string template) => new(new(template), null, [], TimeProvider.System);
}
