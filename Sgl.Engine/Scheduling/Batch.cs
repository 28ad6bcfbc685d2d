namespace Sgl.Engine.Scheduling;

/// <summary>What one step runs: a decode token of each running sequence, and chunks of prompts.</summary>
internal sealed class Batch
{
    private readonly List<BatchEntry> _entries = [];

    public IReadOnlyList<BatchEntry> Entries => _entries;

    public int DecodeCount { get; private set; }

    public int PrefillTokens { get; private set; }

    /// <summary>Sequences admitted in this step.</summary>
    public int NewSequences { get; set; }

    /// <summary>Tokens they found in the prefix cache.</summary>
    public int CachedTokens { get; set; }

    /// <summary>Takes a sequence's next <paramref name="count"/> tokens; decodes come first.</summary>
    public void Add(Sequence sequence, int count)
    {
        bool last = count == sequence.Pending;
        _entries.Add(new BatchEntry(
            sequence, sequence.Kv.Computed, count, last && sequence.Remaining > 0, last && sequence.Remaining == 0));
        if (sequence.State == SequenceState.Decoding)
            DecodeCount++;
        else
            PrefillTokens += count;
    }
}
