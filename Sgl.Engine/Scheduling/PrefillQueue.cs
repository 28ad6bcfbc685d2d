using Sgl.Engine.Cache;
using Sgl.Engine.Requests;

namespace Sgl.Engine.Scheduling;

/// <summary>
/// The sequences whose prompts have not gone through the model: waiting, or admitted and at it. Between steps at most
/// one is admitted, the one whose prompt is in pieces.
/// </summary>
/// <param name="places">
/// The queue's places; a sequence gives its own back when it leaves the queue for the first time.
/// </param>
internal sealed class PrefillQueue(
    EngineOptions options, EngineLimits limits, PrefixCache cache, SemaphoreSlim places)
{
    /// <summary>A prefix at least so long is worth waiting for, when another sequence is about to compute it.</summary>
    private const int SharedPrefixMin = 32;

    private readonly ISchedulePolicy _policy = SchedulePolicies.Find(options.SchedulePolicy);
    private readonly Random _random = new((int)options.RandomSeed);
    private readonly List<Sequence> _waiting = [];
    private readonly List<Sequence> _admitted = [];
    private long _ticket;

    public IReadOnlyList<Sequence> Waiting => _waiting;

    public IReadOnlyList<Sequence> Admitted => _admitted;

    public long PendingTokens => _waiting.Sum(sequence => (long)sequence.Pending)
        + _admitted.Sum(sequence => (long)sequence.Pending);

    /// <summary>Of all requests that ever left the queue.</summary>
    public long PromptTokensTotal { get; private set; }

    /// <summary>How many of those were found in the prefix cache.</summary>
    public long CachedTokensTotal { get; private set; }

    public void Add(Sequence sequence)
    {
        sequence.Ticket = ++_ticket;
        _waiting.Add(sequence);
    }

    /// <summary>Takes a sequence out, for it has ended, is retracted, or goes on to decode.</summary>
    public void Remove(Sequence sequence)
    {
        if (sequence.State == SequenceState.Prefilling)
            _admitted.Remove(sequence);
        else if (_waiting.Remove(sequence) && sequence.QueueSeconds is null)
            places.Release();
    }

    /// <summary>Goes on with the prompt that is in pieces, then admits from the queue while there is room.</summary>
    /// <param name="decodes">Sequences that run besides; they have their slots for this step.</param>
    public void AddTo(Batch batch, DecodeSet decodes, double newTokenRatio)
    {
        PrefillBudget budget = new(options.MaxPrefillTokens, limits.ChunkedPrefillSize);
        bool inPieces = false;
        foreach (Sequence sequence in _admitted)
        {
            int count = Math.Min(budget.Chunk(sequence), cache.AvailableTokens);
            inPieces |= count < sequence.Pending;
            Take(batch, sequence, count, budget);
        }
        if (_waiting.Count == 0)
            return;
        double reserved = decodes.Concat(_admitted).Sum(sequence => Outstanding(sequence, newTokenRatio));
        int running = decodes.Count + _admitted.Count;
        if (running == 0 || (running < limits.MaxRunningRequests && reserved < cache.AvailableTokens))
            AdmitWaiting(batch, decodes.Count, reserved, budget, inPieces);
    }

    private void AdmitWaiting(Batch batch, int decodes, double reserved, PrefillBudget budget, bool inPieces)
    {
        _policy.Order(_waiting, cache, _random);
        int at = 0;
        while (at < _waiting.Count && !budget.IsSpent && decodes + _admitted.Count < limits.MaxRunningRequests)
        {
            Sequence next = _waiting[at];
            if (IsWorthWaiting(next))
            {
                at++;
                continue;
            }
            cache.Match(next.Kv, next.CacheSpace, next.Matchable);
            int count = budget.Chunk(next);
            bool alone = decodes + _admitted.Count == 0;
            bool fits = alone || reserved + Outstanding(next, 1) <= cache.AvailableTokens;
            if (count == 0 || !fits || (inPieces && count < next.Pending))
            {
                cache.Release(next.Kv, next.Tokens.Span);
                return;
            }
            _waiting.RemoveAt(at);
            Admit(batch, next);
            inPieces |= count < next.Pending;
            Take(batch, next, count, budget);
            reserved += Outstanding(next, 1);
        }
    }

    private void Admit(Batch batch, Sequence sequence)
    {
        if (sequence.QueueSeconds is null)
        {
            sequence.Start();
            places.Release();
            PromptTokensTotal += sequence.PromptLength;
            CachedTokensTotal += sequence.CachedTokens;
        }
        sequence.State = SequenceState.Prefilling;
        _admitted.Add(sequence);
        batch.NewSequences++;
        batch.CachedTokens += sequence.Kv.Computed;
    }

    private void Take(Batch batch, Sequence sequence, int count, PrefillBudget budget)
    {
        if (count == 0)
            return;
        budget.Take(sequence, count);
        cache.Grow(sequence.Kv, count);
        batch.Add(sequence, count);
    }

    private double Outstanding(Sequence sequence, double ratio) =>
        NewTokenRatio.Outstanding(sequence, options.MaxNewTokensEstimate, ratio);

    /// <summary>
    /// True when an admitted sequence is computing a prefix that this one would otherwise compute once more.
    /// </summary>
    private bool IsWorthWaiting(Sequence sequence)
    {
        if (options.DisableRadixCache)
            return false;
        ReadOnlySpan<int> tokens = sequence.Matchable;
        int shared = 0;
        foreach (Sequence other in _admitted)
        {
            if (other.CacheSpace == sequence.CacheSpace)
                shared = Math.Max(shared, tokens.CommonPrefixLength(other.Tokens.Span));
        }
        return shared >= SharedPrefixMin && shared - cache.Find(sequence.CacheSpace, tokens).Length >= SharedPrefixMin;
    }
}
