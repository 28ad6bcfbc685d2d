namespace Sgl.Engine.Requests;

/// <summary>A candidate token and its natural-log probability.</summary>
public readonly record struct TokenLogprob(int Token, float Logprob);
