using System.Text.Json;
using Sgl.Engine.Requests;
using Sgl.Engine.Sampling.Grammar;

namespace Sgl.Gateway.Requests;

/// <summary>Reads what an output must look like: regex, json_schema, ebnf and response_format.</summary>
internal static class GrammarFields
{
    /// <summary>SGLang's word, in the place of a schema, for any object.</summary>
    private const string AnyObject = "$$ANY$$";

    private static readonly (string Name, GrammarKind Kind)[] _kinds =
        [("regex", GrammarKind.Regex), ("json_schema", GrammarKind.JsonSchema), ("ebnf", GrammarKind.Ebnf)];

    private static readonly string[] _formats = ["text", "json_object", "json_schema"];

    /// <summary>Null when the output is free.</summary>
    /// <exception cref="RequestException">There are two grammars, or one that cannot be used.</exception>
    public static GrammarSpec? Read(JsonFields fields)
    {
        GrammarSpec? found = null;
        foreach ((string name, GrammarKind kind) in _kinds)
        {
            if (fields.Text(name) is not { Length: > 0 } text)
                continue;
            // HEAD's words, which clients look for.
            if (found is not null)
                throw fields.Fault(name, "Only one of regex, json_schema, or ebnf can be set.");
            found = Check(fields, name, text == AnyObject && kind == GrammarKind.JsonSchema
                ? new GrammarSpec(GrammarKind.JsonObject, "") : new GrammarSpec(kind, text));
        }
        return found;
    }

    /// <summary>The same of a request in OpenAI's dialect, which has response_format besides.</summary>
    public static GrammarSpec? ReadOpenAI(JsonFields fields)
    {
        GrammarSpec? grammar = Read(fields);
        if (fields.Object("response_format") is not JsonFields format || ReadFormat(format) is not GrammarSpec own)
            return grammar;
        return grammar is null ? own : throw fields.Fault(
            "response_format", "Only one of regex, json_schema, ebnf and response_format can be set.");
    }

    private static GrammarSpec? ReadFormat(JsonFields format)
    {
        string? type = format.Text("type");
        switch (type)
        {
            case "text":
                return null;
            case "json_object":
                return new GrammarSpec(GrammarKind.JsonObject, "");
            case "json_schema":
                JsonFields body = format.Object("json_schema")
                    ?? throw format.Fault("json_schema", "the field is missing; expected an object with a schema.");
                return body.TryGet("schema", out JsonElement schema)
                    ? Check(body, "schema", new GrammarSpec(GrammarKind.JsonSchema, schema.GetRawText()))
                    : throw body.Fault("schema", "the field is missing; expected a JSON schema.");
            default:
                throw format.Fault(
                    "type", $"'{type}' is not supported; supported are {string.Join(", ", _formats)}.");
        }
    }

    private static GrammarSpec Check(JsonFields fields, string name, GrammarSpec grammar)
    {
        try
        {
            GrammarReader.Check(grammar);
            return grammar;
        }
        catch (GrammarException error)
        {
            throw fields.Fault(name, error.Message);
        }
    }
}
