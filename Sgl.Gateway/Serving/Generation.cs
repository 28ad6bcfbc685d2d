using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Sgl.Engine.Requests;
using Sgl.Engine.Text;
using Sgl.Gateway.Requests;

namespace Sgl.Gateway.Serving;

/// <summary>One generation while it runs: folds the backend's chunks into tokens, logprobs and text.</summary>
internal sealed class Generation : IAsyncDisposable
{
    private readonly LiveRequest _live;
    private readonly IAsyncEnumerator<TokenChunk> _chunks;
    private readonly Detokenizer _detokenizer;
    private readonly StopMatcher? _stops;
    private readonly ArrayBufferWriter<char> _text = new();
    private readonly List<int> _tokens = [];
    private readonly List<PositionLogprobs> _logprobs = [];
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly GenerationWatch _watch;
    private readonly (int Interval, int Most) _perEvent;
    private readonly SentMark _resumeAt;
    private ValueTask<bool> _next;
    private bool _pulling;
    // What the client has is being generated anew, on another thread than the one that writes events.
    private volatile bool _replaying;
    private bool _disposed;

    /// <param name="watch">Told of its tokens and its end.</param>
    /// <param name="perEvent">How many new tokens end a turn: so many are waited for, so many are taken if they are at
    /// hand.</param>
    /// <param name="resumeAt">What the client has already; it is generated anew and not sent.</param>
    public Generation(
        PlannedGeneration plan, ServedModel served, LiveRequest live, GenerationWatch watch,
        (int Interval, int Most) perEvent, SentMark resumeAt = default)
    {
        (Plan, _live, _watch, _perEvent, _resumeAt) = (plan, live, watch, perEvent, resumeAt);
        _replaying = IsBegun = resumeAt.Begun;
        _chunks = served.Backend.GenerateAsync(watch.Trace(plan.Request), live.Stopped)
            .GetAsyncEnumerator(live.Stopped);
        _detokenizer = new Detokenizer(served.Tokenizer, plan.Text.SkipSpecialTokens);
        _stops = plan.Text.Stops.Count > 0 ? new StopMatcher(plan.Text.Stops, plan.Text.KeepStop) : null;
    }

    public PlannedGeneration Plan { get; }

    public ReadOnlySpan<char> Text => _text.WrittenSpan;

    public IReadOnlyList<int> Tokens => _tokens;

    /// <summary>One entry per token when logprobs were asked for, else empty.</summary>
    public IReadOnlyList<PositionLogprobs> Logprobs => _logprobs;

    /// <summary>One entry per prompt position that was asked for.</summary>
    public IReadOnlyList<PositionLogprobs> PromptLogprobs { get; private set; } = [];

    public FinishReason? Finish { get; private set; }

    public int CachedTokens { get; private set; }

    public int Retractions { get; private set; }

    public double QueueSeconds { get; private set; }

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    /// <summary>How much of <see cref="Text"/> and of <see cref="Tokens"/> the client has been sent.</summary>
    public (int Text, int Tokens) Sent { get; private set; }

    /// <summary>Whether the client has been sent anything, if only the role.</summary>
    public bool IsBegun { get; private set; }

    /// <summary>Whether the client has been sent the finish reason, after which there is nothing.</summary>
    public bool IsSentWhole { get; private set; }

    /// <summary>What the client has, for an event's id.</summary>
    public SentMark Mark => _replaying ? _resumeAt : new(IsBegun, Sent.Tokens, IsSentWhole);

    public void MarkBegun() => IsBegun = true;

    public void MarkSent()
    {
        Sent = (_text.WrittenCount, _tokens.Count);
        IsBegun = true;
        IsSentWhole = Finish is not null;
        _replaying = false;
    }

    /// <summary>Waits for new tokens or the end. The first tokens are never held back for more.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask AdvanceAsync()
    {
        _watch.Enter();
        bool first = _tokens.Count == 0;
        int have = Math.Max(_tokens.Count, _resumeAt.Tokens);
        int enough = have + (first ? 1 : _perEvent.Interval);
        int most = have + (first ? 1 : Math.Max(_perEvent.Interval, _perEvent.Most));
        while (Finish is null && _tokens.Count < most)
        {
            Pull();
            if (!_next.IsCompleted)
            {
                // What came together is told together, before the wait for more.
                _watch.OnTokens(_tokens.Count);
                if (_tokens.Count >= enough)
                    return;
            }

            _pulling = false;
            try
            {
                Fold(await _next);
            }
            catch (OperationCanceledException) when (_live.AbortMessage is not null)
            {
                End(FinishReason.Aborted(_live.AbortMessage));
            }
            catch (QueueFullException)
            {
                _watch.Refuse();
                throw;
            }
        }

        _watch.OnTokens(_tokens.Count);
        // A stop string ends the text before the backend knows: release it at once.
        if (Finish is not null)
            await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        _watch.End(this);
        if (_pulling)
            await AbandonPullAsync();
        await _chunks.DisposeAsync();
    }

    private void Pull()
    {
        if (_pulling)
            return;
        _next = _chunks.MoveNextAsync();
        _pulling = true;
    }

    /// <summary>
    /// The backend's last answer, to a request that has been stopped and whose outcome nobody waits for.
    /// </summary>
    private async ValueTask AbandonPullAsync()
    {
        _live.Stop();
        try
        {
            await _next;
        }
        catch (Exception error) when (
            error is OperationCanceledException or EngineStoppedException or QueueFullException)
        {
            // What was to be expected of a stopped request.
        }

        _pulling = false;
    }

    private void Fold(bool any)
    {
        if (!any)
            throw new InvalidOperationException(
                $"The stream of request {Plan.Request.Id} ended without a finish reason.");
        TokenChunk chunk = _chunks.Current;
        int unsent = _resumeAt.Tokens - _tokens.Count;
        if (unsent > 0 && unsent < chunk.Tokens.Length)
        {
            Fold(chunk with { Tokens = chunk.Tokens[..unsent], Finish = null });
            chunk = chunk with { Tokens = chunk.Tokens[unsent..], Logprobs = [.. chunk.Logprobs.Skip(unsent)] };
        }

        Fold(chunk);
    }

    private void Fold(TokenChunk chunk)
    {
        if (chunk.PromptLogprobs.Count > 0)
            PromptLogprobs = chunk.PromptLogprobs;
        CachedTokens = Math.Max(CachedTokens, chunk.CachedTokens);
        Retractions = Math.Max(Retractions, chunk.Retractions);
        QueueSeconds = Math.Max(QueueSeconds, chunk.QueueSeconds);

        ReadOnlySpan<int> tokens = chunk.Tokens.Span;
        bool stopToken = chunk.Finish?.MatchedToken is not null && tokens.Length > 0;
        int shown = tokens.Length - (stopToken && !Plan.Text.KeepStop ? 1 : 0);
        int taken = _stops is null ? Show(tokens[..shown]) : ShowUntilStop(tokens[..shown]);
        bool stopped = _stops?.Matched is not null;
        _tokens.AddRange(stopped ? tokens[..taken] : tokens);
        for (int i = 0; i < chunk.Logprobs.Count && _logprobs.Count < _tokens.Count; i++)
            _logprobs.Add(chunk.Logprobs[i]);
        if (stopped || chunk.Finish is not null)
            End(chunk.Finish);
        if (_resumeAt.Begun && (_resumeAt.Finished ? Finish is not null : _tokens.Count == _resumeAt.Tokens))
            MarkSent();
    }

    private int Show(ReadOnlySpan<int> tokens)
    {
        _text.Write(_detokenizer.Append(tokens));
        return tokens.Length;
    }

    /// <summary>One by one, so that the token that completed the stop string is known.</summary>
    /// <returns>How many tokens belong to the output.</returns>
    private int ShowUntilStop(ReadOnlySpan<int> tokens)
    {
        for (int i = 0; i < tokens.Length; i++)
        {
            _text.Write(_stops!.Append(_detokenizer.Append(tokens.Slice(i, 1))));
            if (_stops.Matched is not null)
                return i + 1;
        }

        return tokens.Length;
    }

    private void End(FinishReason? reason)
    {
        if (_stops is null)
            _text.Write(_detokenizer.Flush());
        else
        {
            if (_stops.Matched is null)
                _text.Write(_stops.Append(_detokenizer.Flush()));
            if (_stops.Matched is null)
                _text.Write(_stops.Flush());
        }

        Finish = _stops?.Matched is string stop ? FinishReason.AtText(stop) : reason;
    }
}
