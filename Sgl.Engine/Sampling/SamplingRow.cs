using Sgl.Engine.Requests;

namespace Sgl.Engine.Sampling;

/// <summary>All that the choice of one request's next token depends on, besides its logits.</summary>
/// <param name="Parameters">How to choose.</param>
/// <param name="EndTokens">The model's end tokens (with the request's stop tokens masked below min_new_tokens).</param>
/// <param name="Seed">Key of the draws; the counter is the output's length.</param>
/// <param name="Prompt">The prompt's tokens.</param>
/// <param name="Output">The tokens generated so far.</param>
/// <param name="TopLogprobs">How many best candidates to report; -1 when no logprobs are wanted at all.</param>
public readonly record struct SamplingRow(
    SamplingParams Parameters,
    IReadOnlyList<int> EndTokens,
    ulong Seed,
    ReadOnlyMemory<int> Prompt,
    ReadOnlyMemory<int> Output,
    int TopLogprobs)
{
    /// <summary>
    /// Token t may be chosen when bit t % 32 of word t / 32 is set; those beyond its words may not. Null allows all.
    /// </summary>
    public ReadOnlyMemory<uint>? Allowed { get; init; }
}
