namespace Sgl.Engine.Requests;

/// <summary>The log probability of the token at one position, and of the best candidates there.</summary>
/// <param name="Token">The token at the position.</param>
/// <param name="Logprob">Its natural-log probability; null for the first token of a prompt.</param>
/// <param name="Top">Best candidates, likeliest first; empty when none were asked for.</param>
public sealed record PositionLogprobs(int Token, float? Logprob, IReadOnlyList<TokenLogprob> Top);
