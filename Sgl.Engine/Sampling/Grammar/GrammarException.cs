namespace Sgl.Engine.Sampling.Grammar;

/// <summary>A grammar that cannot be used: the message says what is wrong and where in its text.</summary>
public sealed class GrammarException(string message) : Exception(message);
