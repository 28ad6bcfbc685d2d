using Sgl.Engine.Requests;

namespace Sgl.Engine.Sampling;

/// <summary>A token and, when asked for, its log probability under the model's own distribution.</summary>
/// <param name="Top">Best candidates, likeliest first, ties by lower id; empty when none were asked for.</param>
public readonly record struct SampledToken(int Token, float Logprob, IReadOnlyList<TokenLogprob> Top);
