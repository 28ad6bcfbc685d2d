namespace Sgl.Grains.Abstractions;

/// <summary>The log probability of the token at one position, and of the best candidates there.</summary>
/// <param name="Token">The token at the position.</param>
/// <param name="Logprob">Null for the first token of a prompt.</param>
/// <param name="TopTokens">Best candidates, likeliest first.</param>
/// <param name="TopLogprob">Their log probabilities.</param>
[GenerateSerializer, Immutable, Alias("sgl.TokenLogprobs")]
public sealed record TokenLogprobs(
    [property: Id(0)] int Token,
    [property: Id(1)] float? Logprob,
    [property: Id(2)] int[] TopTokens,
    [property: Id(3)] float[] TopLogprob);
