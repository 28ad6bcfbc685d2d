namespace Sgl.Engine.Requests;

public enum GrammarKind
{
    /// <summary>The whole output matches a regular expression.</summary>
    Regex,

    /// <summary>The output is of a grammar of rules such as <c>root ::= "yes" | "no"</c>.</summary>
    Ebnf,

    /// <summary>The output is a JSON value that is valid under a JSON schema.</summary>
    JsonSchema,

    /// <summary>The output is any JSON object.</summary>
    JsonObject,
}
