namespace Sgl.Grains.Abstractions;

/// <summary>What an output must look like.</summary>
/// <param name="Kind">Regex, Ebnf, JsonSchema or JsonObject.</param>
/// <param name="Text">The grammar; empty for JsonObject.</param>
[GenerateSerializer, Immutable, Alias("sgl.OutputGrammar")]
public sealed record OutputGrammar([property: Id(0)] string Kind, [property: Id(1)] string Text);
