using Sgl.Engine.Cache;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;
using Sgl.Engine.Sampling;

namespace Sgl.Engine.Scheduling;

/// <summary>
/// Decides what each step runs, and settles what came of it. Sequences go from the <see cref="PrefillQueue"/> to the
/// <see cref="DecodeSet"/>; when the pool runs dry, some go back. Only the engine's loop calls it.
/// </summary>
internal sealed class Scheduler
{
    private readonly PrefixCache _cache;
    private readonly PrefillQueue _prefills;
    private readonly DecodeSet _decodes;
    private readonly NewTokenRatio _newTokenRatio;
    private readonly IReadOnlyList<int> _endTokens;
    private readonly int _vocabularySize;
    private readonly Action<string> _log;

    public Scheduler(
        EngineOptions options,
        EngineLimits limits,
        ModelConfig model,
        PrefixCache cache,
        SemaphoreSlim places,
        Action<string> log)
    {
        _cache = cache;
        _prefills = new PrefillQueue(options, limits, cache, places);
        _decodes = new DecodeSet(cache);
        _newTokenRatio = new NewTokenRatio(options.ScheduleConservativeness);
        _endTokens = model.EndTokens;
        _vocabularySize = model.VocabularySize;
        _log = log;
    }

    public int RunningCount => _decodes.Count + _prefills.Admitted.Count;

    public int WaitingCount => _prefills.Waiting.Count;

    /// <summary>Tokens that have yet to go through the model before their sequences decode.</summary>
    public long PrefillTokens => _prefills.PendingTokens;

    public bool IsIdle => RunningCount + WaitingCount == 0;

    /// <summary>
    /// Tokens that were promised must be known before the next batch: it retracts sequences, or what a grammar allows
    /// next depends on them.
    /// </summary>
    public bool MustSettle =>
        MustRetract || _decodes.Any(sequence => sequence.Matcher is not null && sequence.HasPromises);

    public long PromptTokensTotal => _prefills.PromptTokensTotal;

    public long CachedTokensTotal => _prefills.CachedTokensTotal;

    public long GeneratedTokensTotal { get; private set; }

    public long RetractionsTotal { get; private set; }

    public void Add(Sequence sequence) => _prefills.Add(sequence);

    /// <summary>
    /// Every running sequence decodes, prompts go on, waiting sequences are admitted while there is room.
    /// </summary>
    public Batch NextBatch()
    {
        Batch batch = new();
        RetractUntilDecodesFit();
        _decodes.AddTo(batch);
        _prefills.AddTo(batch, _decodes, _newTokenRatio.Value);
        if (batch.DecodeCount > 0)
            _newTokenRatio.OnDecodeStep();
        return batch;
    }

    /// <summary>
    /// A step is on its way: whatever comes after it finds its keys and values, and tokens are promised to the entries
    /// that sample.
    /// </summary>
    public void Advance(Batch batch)
    {
        int row = 0;
        foreach (BatchEntry entry in batch.Entries)
        {
            Sequence sequence = entry.Sequence;
            sequence.Kv.Computed += entry.Count;
            if (sequence.State == SequenceState.Prefilling)
                _cache.Share(sequence.Kv, sequence.Tokens.Span);
            if (sequence.Pending > 0)
                continue;
            if (sequence.State == SequenceState.Prefilling)
            {
                _prefills.Remove(sequence);
                _decodes.Add(sequence);
            }
            if (entry.Samples)
                sequence.Promise(row++);
        }
    }

    /// <summary>Takes over what a step has drawn: a token for each entry that samples, in order.</summary>
    public void Settle(Batch batch, ReadOnlySpan<SampledToken> sampled)
    {
        int row = 0;
        foreach (BatchEntry entry in batch.Entries)
        {
            SampledToken? drawn = entry.Samples ? sampled[row++] : null;
            if (entry.Sequence.State == SequenceState.Ended)
                continue; // It ended while this step was under way.
            if (drawn is { } token)
                Take(entry.Sequence, token);
            else if (entry.Ends)
                End(entry.Sequence, FinishReason.AtLength(0));
        }
    }

    /// <summary>Ends a sequence wherever it stands; its keys and values go back to the tree.</summary>
    public void Cancel(Sequence sequence, string reason)
    {
        if (sequence.State != SequenceState.Ended)
            End(sequence, FinishReason.Aborted(reason));
    }

    /// <summary>Ends the sequences of a step that failed; what earlier steps computed for them stays good.</summary>
    public void Fail(Batch batch, string reason)
    {
        foreach (BatchEntry entry in batch.Entries)
            Cancel(entry.Sequence, reason);
    }

    /// <summary>Called when nothing runs or waits.</summary>
    public void OnIdle() => _newTokenRatio.OnIdle();

    /// <summary>The pool cannot give each decoding sequence its next slot.</summary>
    private bool MustRetract => _cache.AvailableTokens < _decodes.Count;

    private void Take(Sequence sequence, SampledToken sampled)
    {
        if ((uint)sampled.Token >= (uint)_vocabularySize)
        {
            End(sequence, FinishReason.Aborted(
                $"The model produced token {sampled.Token}, outside its vocabulary of {_vocabularySize}."));
            return;
        }
        if (!sequence.TryKeep(sampled.Token))
        {
            End(sequence, FinishReason.Aborted(
                "No token of the vocabulary can follow the output under the request's grammar."));
            return;
        }
        GeneratedTokensTotal++;
        IReadOnlyList<PositionLogprobs> logprobs = sequence.Request.Logprobs is null
            ? []
            : [new PositionLogprobs(sampled.Token, sampled.Logprob, sampled.Top)];
        if (IsEnd(sequence, sampled.Token))
            End(sequence, FinishReason.AtToken(sampled.Token), logprobs);
        else if (sequence.IsAtLength)
            End(sequence, FinishReason.AtLength(sequence.OutputLength), logprobs);
        else
            sequence.Publish(logprobs, finish: null);
    }

    /// <summary>Behind the end of a grammar there is nothing, whatever the request says about end tokens.</summary>
    private bool IsEnd(Sequence sequence, int token)
    {
        SamplingParams sampling = sequence.Request.Sampling;
        if (sampling.IgnoreEos)
            return sequence.Matcher is not null && _endTokens.Contains(token);
        return _endTokens.Contains(token) || sampling.StopTokens.Contains(token);
    }

    private void End(Sequence sequence, FinishReason finish, IReadOnlyList<PositionLogprobs>? logprobs = null)
    {
        Remove(sequence);
        sequence.State = SequenceState.Ended;
        sequence.Publish(logprobs ?? [], finish);
    }

    private void Remove(Sequence sequence)
    {
        if (sequence.State == SequenceState.Decoding)
            _decodes.Remove(sequence);
        else
            _prefills.Remove(sequence);
        // No one can ask for the keys of a token that is never told.
        sequence.Kv.Computed = Math.Min(sequence.Kv.Computed, sequence.KnownLength);
        _cache.Release(sequence.Kv, sequence.Tokens.Span);
    }

    /// <summary>
    /// When the pool cannot give each decoding sequence its next slot, those that have the least output go back to the
    /// end of the queue, the longest prompt first among equals. The last one always stays: alone it fits.
    /// </summary>
    private void RetractUntilDecodesFit()
    {
        if (!MustRetract)
            return;
        int retracted = 0;
        while (RunningCount > 1 && _cache.AvailableTokens < EngineOptions.RetractionHeadroom * _decodes.Count)
        {
            Sequence last = _decodes.Concat(_prefills.Admitted).MinBy(s => (s.OutputLength, -s.PromptLength))!;
            Remove(last);
            last.Retract();
            _prefills.Add(last);
            retracted++;
        }
        RetractionsTotal += retracted;
        double before = _newTokenRatio.Value;
        _newTokenRatio.OnRetraction([.. _decodes, .. _prefills.Admitted]);
        _log($"KV cache pool is full. Retract requests. #retracted-req: {retracted}, "
            + $"#new-token-ratio: {before:F4} -> {_newTokenRatio.Value:F4}");
    }
}
