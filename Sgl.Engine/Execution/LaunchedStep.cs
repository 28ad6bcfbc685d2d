using Sgl.Engine.Sampling;
using Sgl.Engine.Scheduling;

namespace Sgl.Engine.Execution;

/// <summary>A step that has been enqueued on the device.</summary>
/// <param name="batch">What it runs.</param>
/// <param name="sampled">Waits for the next token of each entry that samples, in order.</param>
/// <param name="promptLogprobs">Waits for prompt log probabilities; null when there are none.</param>
/// <param name="scored">The sequence that each of these belongs to.</param>
internal sealed class LaunchedStep(
    Batch batch,
    Func<SampledToken[]> sampled,
    Func<SampledToken[]>? promptLogprobs,
    IReadOnlyList<Sequence> scored)
{
    public Batch Batch => batch;

    /// <summary>
    /// Waits until the device is done with it, and gives sequences the prompt log probabilities they want.
    /// </summary>
    /// <returns>The next token of each entry that samples, in order.</returns>
    public SampledToken[] Collect()
    {
        SampledToken[] results = promptLogprobs?.Invoke() ?? [];
        for (int i = 0; i < results.Length; i++)
            scored[i].AddPromptLogprob(results[i]);
        return sampled();
    }
}
