namespace Sgl.Engine.Requests;

/// <summary>What an output must look like from its first token to its last.</summary>
/// <param name="Text">
/// A regular expression, an EBNF grammar or a JSON schema; empty for <see cref="GrammarKind.JsonObject"/>.
/// </param>
public sealed record GrammarSpec(GrammarKind Kind, string Text);
