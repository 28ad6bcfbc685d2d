using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sgl.Gateway.Tests;

/// <summary>Structured output over HTTP with the embedded model.</summary>
public sealed class GrammarEndToEndTests(EndToEndTests.Server server) : IClassFixture<EndToEndTests.Server>
{
    private const string Schema = """
        {"type": "object", "properties": {"name": {"type": "string", "pattern": "^[\\w]{1,12}$"},
         "population": {"type": "integer", "minimum": 0, "maximum": 99999999}}, "required": ["name", "population"]}
        """;

    [Fact]
    public async Task GenerateTakesEachKind()
    {
        Assert.Matches("^[0-9]{3}-[ab]$", await GenerateAsync("regex", "[0-9]{3}-[ab]"));
        Assert.Matches("^(yes|no)!$", await GenerateAsync("ebnf", "root ::= a \"!\"\na ::= \"yes\" | \"no\""));
        AssertCity(await GenerateAsync("json_schema", Schema));
    }

    [Fact]
    public async Task ResponseFormatIsKept()
    {
        string schema = await ChatAsync(
            "{\"type\": \"json_schema\", \"json_schema\": {\"name\": \"city\", \"schema\": " + Schema + "}}");
        AssertCity(schema);
        using JsonDocument any = JsonDocument.Parse(await ChatAsync("""{"type": "json_object"}"""));
        Assert.Equal(JsonValueKind.Object, any.RootElement.ValueKind);
    }

    [Fact]
    public async Task AStreamSaysTheSame()
    {
        const string body = """
            {"text": "A city:", "sampling_params": {"regex": "[A-Z][a-z]{2,9}( [A-Z][a-z]{2,9})?", "sampling_seed": 3}
            """;
        JsonNode whole = await server.Value.AskAsync("/generate", body + "}");
        JsonNode[] events = await server.Value.StreamAsync("/generate", body + """, "stream": true}""");
        Assert.Equal((string)whole["text"]!, (string)events[^1]["text"]!);
    }

    private async Task<string> GenerateAsync(string field, string grammar)
    {
        JsonObject body = new()
        {
            ["text"] = "Tell me.",
            ["sampling_params"] = new JsonObject { [field] = grammar, ["temperature"] = 1.5, ["max_new_tokens"] = 200 },
        };
        return (string)(await server.Value.AskAsync("/generate", body.ToJsonString()))["text"]!;
    }

    private async Task<string> ChatAsync(string format)
    {
        JsonNode answer = await server.Value.AskAsync("/v1/chat/completions", $$"""
            {"messages": [{"role": "user", "content": "What is the capital of France?"}], "max_tokens": 200,
             "temperature": 0, "response_format": {{format}}}
            """);
        Assert.Equal("stop", (string)answer["choices"]![0]!["finish_reason"]!);
        return (string)answer["choices"]![0]!["message"]!["content"]!;
    }

    private static void AssertCity(string text)
    {
        using JsonDocument value = JsonDocument.Parse(text);
        Assert.Matches("^\\w{1,12}$", value.RootElement.GetProperty("name").GetString());
        Assert.InRange(value.RootElement.GetProperty("population").GetInt32(), 0, 99_999_999);
    }
}
