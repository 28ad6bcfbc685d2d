using Sgl.Engine.Requests;

namespace Sgl.Engine.Scheduling;

/// <summary>How many prompt tokens one step may still take.</summary>
internal sealed class PrefillBudget(int maxPrefillTokens, int chunkedPrefillSize)
{
    private readonly bool _cuts = chunkedPrefillSize > 0;
    private int _tokens = chunkedPrefillSize > 0 ? Math.Min(chunkedPrefillSize, maxPrefillTokens) : maxPrefillTokens;
    private int _logprobRows = EngineOptions.PromptLogprobRows;

    public bool IsSpent => _tokens <= 0;

    /// <summary>The share of a sequence's pending tokens that fits; 0 when none does.</summary>
    public int Chunk(Sequence sequence)
    {
        int count = sequence.Pending;
        if (_cuts)
            count = Math.Min(count, _tokens);
        else if (count > _tokens && _tokens < maxPrefillTokens)
            count = 0; // Without chunks a prompt that is longer than the whole budget still gets a step for itself.
        if (WantsLogprobs(sequence))
            count = Math.Min(count, TokensBeforeLogprobs(sequence) + _logprobRows);
        return count;
    }

    public void Take(Sequence sequence, int count)
    {
        _tokens -= count;
        if (WantsLogprobs(sequence))
            _logprobRows -= Math.Max(0, count - TokensBeforeLogprobs(sequence));
    }

    private static bool WantsLogprobs(Sequence sequence) => sequence.NextPromptLogprob < sequence.PromptLength;

    /// <summary>Pending tokens whose logits no one wants.</summary>
    private static int TokensBeforeLogprobs(Sequence sequence) => sequence.NextPromptLogprob - 1 - sequence.Kv.Computed;
}
