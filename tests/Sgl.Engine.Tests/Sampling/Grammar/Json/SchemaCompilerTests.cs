using Sgl.Engine.Requests;

namespace Sgl.Engine.Tests.Sampling.Grammar.Json;

public sealed class SchemaCompilerTests
{
    [Theory]
    [InlineData("""{"type":"integer","minimum":7,"maximum":120}""", "7 119 120", "6 121 07 1e2 7.0 -8")]
    [InlineData("""{"type":"integer","minimum":-20,"exclusiveMaximum":3}""", "-20 -1 0 2", "-21 3 -0 --1")]
    [InlineData("""{"type":"number","minimum":-1.25,"exclusiveMaximum":2.5}""",
        "-1.25 -1.250 -1.2 0 2 2.4999 2.09", "-1.26 2.5 2.50 -2 .5 1e0")]
    [InlineData("""{"type":"number","exclusiveMinimum":10.05,"maximum":10.1}""",
        "10.1 10.051 10.0500001 10.06 10.10", "10.05 10.050 10 10.11 11")]
    [InlineData("""{"enum":["a",1,null]}""", "\"a\" 1 null", "\"b\" 2 \"null\"")]
    [InlineData("""{"type":"string","maxLength":2}""", "\"\" \"é😀\" \"\\n\\\"\"", "\"abc\" abc \"\t\"")]
    [InlineData("""{"type":["boolean","null"]}""", "true null", "0 \"true\"")]
    [InlineData("""{"type":"string","pattern":"^a\"b$"}""", "\"a\\\"b\"", "\"a\"b\"")]
    [InlineData("""{"type":"string","format":"date"}""", "\"2024-02-28\"", "\"2023-02-30\" \"0000-01-01\"")]
    public void SmallValues(string schema, string good, string bad)
    {
        var grammar = TestVocabulary.Compile(GrammarKind.JsonSchema, schema);

        foreach (string text in good.Split(' '))
            Assert.True(grammar.Accepts(text), text);
        foreach (string text in bad.Split(' '))
            Assert.False(grammar.Accepts(text), text);
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"required":["b"]}""",
        """{"a":1,"b":2}|{"b":2}|{ "b": 2 }|{"a": 1,\n  "b": 2\n}""",
        """{"a":1}|{"b":2,"a":1}|{"b":2,"c":3}|{"b":2,}|{,"b":2}| {"b":2}|{"b":2} |{"b":2,"b":2}""")]
    [InlineData("""{"properties":{"ab":{"type":"integer"}},"additionalProperties":{"type":"boolean"}}""",
        """{}|{"ab":1,"x":true}|{"a":true}|{"abc":true,"x\u0061b":true}""",
        """{"ab":true}|{"x":1}|{"\u0061b":true}""")]
    [InlineData(
        """{"allOf":[{"properties":{"a":{"minimum":3}}},{"properties":{"a":{"type":"integer","maximum":5}}}]}""",
        """{"a":3}|{"a":5}|{}""", """{"a":2}|{"a":6}|{"a":4.5}""")]
    [InlineData("""{"type":"object","properties":{"a":true,"b":true,"c":true},"minProperties":2,"maxProperties":2}""",
        """{"a":1,"c":[]}|{"b":{},"c":""}""", """{"a":1}|{"a":1,"b":1,"c":1}""")]
    [InlineData("""{"type":"array","items":{"type":"array","items":{"$ref":"#"}},"minItems":1}""",
        """[[]]|[[[[]]],[]]""", """[]|[[[]]]|[1]""")]
    [InlineData("""{"anyOf":[{"required":["a"]},{"required":["b"]}],"properties":{"a":{"const":1},"b":{"const":2}}}""",
        """{"a":1}|{"a":1,"b":2}|{"b":2}""", """{}|{"c":1}""")]
    public void ObjectsAndArrays(string schema, string good, string bad)
    {
        var grammar = TestVocabulary.Compile(GrammarKind.JsonSchema, schema);

        foreach (string text in good.Replace("\\n", "\n").Split('|'))
            Assert.True(grammar.Accepts(text), text);
        foreach (string text in bad.Split('|'))
            Assert.False(grammar.Accepts(text), text);
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a/b":{"multipleOf":2}}}""",
        "#/properties/a~1b/multipleOf of the schema: the keyword 'multipleOf'")]
    [InlineData("""{"not":{}}""", "#/not of the schema: the keyword 'not'")]
    [InlineData("""{"if":{},"then":{}}""", "#/if ")]
    [InlineData("""{"type":"array","items":[{}]}""", "#/items ")]
    [InlineData("""{"type":"array","uniqueItems":true}""", "#/uniqueItems ")]
    [InlineData("""{"type":"text"}""", "#/type of the schema: expected a type: object, array")]
    [InlineData("""{"$ref":"#/$defs/x"}""", "'#/$defs/x' leads nowhere")]
    [InlineData("""{"$ref":"http://a/b"}""", "#/$ref ")]
    [InlineData("""{"$ref":"#"}""", "No text matches")]
    [InlineData("""{"type":"string","format":"colour"}""", "#/format of the schema: the format 'colour'")]
    [InlineData("""{"anyOf":[{"type":"string","pattern":"a(?=b)"}]}""",
        "#/anyOf/0/pattern of the schema: in the pattern: At position 1")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"type":"number"}]}""", "#/oneOf/1 ")]
    [InlineData("""{"type":"integer","minimum":3,"maximum":2}""", "no integer lies between")]
    [InlineData("""{"type":"object","required":["a"],"additionalProperties":false}""", "forbids 'a'")]
    [InlineData("""{"type":"object","properties":{"a":false},"required":["a"]}""", "No text matches")]
    [InlineData("""{"type":"object","properties":[]}""", "#/properties of the schema: expected an object")]
    [InlineData("""{"minLength":"3"}""", "#/minLength ")]
    [InlineData("""{"type":"string","pattern":"a","maxLength":3}""", "one of pattern, format, and minLength")]
    [InlineData("[]", "# of the schema: a schema must be an object")]
    [InlineData("{\"type\":\n}", "The schema is not JSON, at line 2")]
    [InlineData("""{"allOf":[{"type":7},{"type":"string"}]}""", "#/allOf/0")]
    [InlineData("""{"allOf":[{"properties":{"a":1,"a":2}},{"title":"t"}]}""", "The schema is malformed")]
    public void WhatCannotBeDoneIsRefusedWithItsPlace(string schema, string fault) =>
        Assert.Contains(fault, TestVocabulary.Refusal(GrammarKind.JsonSchema, schema));

    [Fact]
    public void DeepSchemasAreRefused()
    {
        string deep = string.Concat(Enumerable.Repeat("{\"items\":", 60)) + "{}" + new string('}', 60);

        Assert.True(TestVocabulary.Compile(GrammarKind.JsonSchema, deep).Accepts("[[]]"));
        Assert.Contains("depth", TestVocabulary.Refusal(
            GrammarKind.JsonSchema, string.Concat(Enumerable.Repeat("{\"items\":", 600))));
    }
}
