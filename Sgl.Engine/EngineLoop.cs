using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Sgl.Engine.Cache;
using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;
using Sgl.Engine.Sampling;
using Sgl.Engine.Sampling.Grammar;
using Sgl.Engine.Scheduling;

namespace Sgl.Engine;

/// <summary>
/// The engine's one thread. Scheduler, cache and device belong to it, so nothing there takes a lock: others post to its
/// mailbox, and read what it writes to their channels. At rest it sleeps until something is posted.
/// </summary>
internal sealed class EngineLoop
{
    private readonly Scheduler _scheduler;
    private readonly ModelRunner _runner;
    private readonly StepLog _stepLog;
    private readonly Action<string> _log;
    private readonly KeySharing _keySharing;
    private readonly EngineOptions _options;
    private readonly EngineLimits _limits;
    private readonly bool _runsAhead;
    private readonly long _weightBytes;
    private readonly long _kvCacheBytes;

    private readonly Channel<Action> _mailbox =
        Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly AutoResetEvent _wake = new(false);
    private readonly SemaphoreSlim _places;
    private readonly ConcurrentDictionary<Sequence, bool> _live = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile EngineStoppedException? _stopped;
    private volatile EngineStatus _status;
    private LaunchedStep? _underWay;
    private bool _stopping;
    private long _steps;
    private TimeSpan _hostTime;

    public EngineLoop(
        EngineOptions options,
        EngineLimits limits,
        ICausalModel model,
        IOps ops,
        Action<string> log)
    {
        _options = options;
        _limits = limits;
        _log = log;
        _keySharing = model.KeySharing;
        _runsAhead = ops.RunsAhead && !options.DisableOverlapSchedule;
        _weightBytes = ops.LoadedBytes;
        _kvCacheBytes = limits.PoolTokens * EngineLimits.BytesPerToken(model, ops);
        _places = new SemaphoreSlim(limits.MaxQueuedRequests);
        Cache = new PrefixCache(limits.PoolTokens, sharing: !options.DisableRadixCache);
        _scheduler = new Scheduler(options, limits, model.Config, Cache, _places, log);
        _runner = MakeRunner(model, ops);
        _stepLog = new StepLog(options.DecodeLogInterval, _scheduler, Cache, log);
        _status = Snapshot();
        new Thread(Run) { Name = "engine loop", IsBackground = true }.Start();
    }

    /// <summary>Only for what is posted.</summary>
    public PrefixCache Cache { get; }

    /// <summary>As of the last step.</summary>
    public EngineStatus Status => _status;

    /// <summary>Why it takes no more requests; null as long as it does.</summary>
    public EngineStoppedException? Stopped => _stopped;

    /// <summary>Completes when the thread has left the loop; <see cref="Stopped"/> is set then.</summary>
    public Task Ended => _ended.Task;

    /// <summary>
    /// What the check at rest found wrong with the count of the pool's slots; null as long as all is well.
    /// </summary>
    public string? InvariantViolation { get; private set; }

    /// <exception cref="QueueFullException">So many wait already that there is no place.</exception>
    /// <exception cref="EngineStoppedException">The loop has ended.</exception>
    public Sequence Submit(GenerateRequest request, CompiledGrammar? grammar)
    {
        if (_stopped is { } stopped)
            throw stopped;
        if (!_places.Wait(0))
            throw new QueueFullException(_limits.MaxQueuedRequests);
        Sequence sequence = new(request, _keySharing.SpaceOf(request.Prompt.Length), grammar);
        _live[sequence] = true;
        if (Post(() => _scheduler.Add(sequence)))
            return sequence;
        _live.TryRemove(sequence, out _);
        throw _stopped!;
    }

    /// <summary>The consumer listens no more; what is still to be generated is not.</summary>
    public void Leave(Sequence sequence)
    {
        _live.TryRemove(sequence, out _);
        if (!sequence.Chunks.Completion.IsCompleted)
            Post(() => _scheduler.Cancel(sequence, "The request was cancelled."));
    }

    /// <summary>Has the thread do something between two steps; false when the loop has ended.</summary>
    public bool Post(Action action)
    {
        bool posted = _mailbox.Writer.TryWrite(action);
        _wake.Set();
        return posted;
    }

    public void Stop() => Post(() => _stopping = true);

    /// <summary>Empties the prefix cache unless requests run or wait; to be posted.</summary>
    public bool FlushCache()
    {
        if (!_scheduler.IsIdle)
            return false;
        Cache.Clear();
        return true;
    }

    private void Run()
    {
        try
        {
            _runner.WarmUp();
            while (RunPosted())
            {
                if (_scheduler.IsIdle && _underWay is null)
                    Rest();
                else
                    Step();
            }
            End(new EngineStoppedException("The engine is stopping."));
        }
        catch (Exception e)
        {
            End(new EngineStoppedException($"The engine has failed: {Explain(e)}", e));
            _log($"ERROR: The engine's loop has failed, it takes no more requests: {e}");
        }
    }

    /// <summary>Does what others posted; false when one of it was to stop.</summary>
    private bool RunPosted()
    {
        while (_mailbox.Reader.TryRead(out Action? action))
            action();
        return !_stopping;
    }

    /// <summary>
    /// Admits, matches prefixes, picks a batch and launches it; then publishes and settles what is done. On a device
    /// that runs ahead that is the step before: while it runs, the next one is prepared.
    /// </summary>
    private void Step()
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan waited = _scheduler.MustSettle ? Settle() : default;
        Batch batch = _scheduler.NextBatch();
        LaunchedStep? next = batch.Entries.Count > 0 ? TryLaunch(batch) : null;
        // Settling first may have ended the last one.
        if (batch.Entries.Count == 0 && _underWay is null && !_scheduler.IsIdle)
            throw new InvalidOperationException($"{_scheduler.WaitingCount} requests wait and none can be run.");
        waited += Settle();
        _underWay = next;
        if (!_runsAhead)
            waited += Settle();
        _hostTime += Stopwatch.GetElapsedTime(start) - waited;
        _status = Snapshot();
        Cache.TellChanges();
    }

    /// <summary>A step that fails ends its requests; the engine goes on with the others.</summary>
    private LaunchedStep? TryLaunch(Batch batch)
    {
        _stepLog.OnStep(batch);
        _steps++;
        LaunchedStep launched;
        try
        {
            launched = _runner.Launch(batch);
        }
        catch (Exception e)
        {
            Fail(batch, e);
            return null;
        }
        _scheduler.Advance(batch);
        return launched;
    }

    /// <summary>Publishes what the step under way, if any, has drawn.</summary>
    /// <returns>How long that had to be waited for.</returns>
    private TimeSpan Settle()
    {
        if (_underWay is not { } step)
            return default;
        _underWay = null;
        long start = Stopwatch.GetTimestamp();
        SampledToken[]? sampled = null;
        try
        {
            sampled = step.Collect();
        }
        catch (Exception e)
        {
            Fail(step.Batch, e);
        }
        TimeSpan waited = Stopwatch.GetElapsedTime(start);
        if (sampled is not null)
            _scheduler.Settle(step.Batch, sampled);
        return waited;
    }

    private void Fail(Batch batch, Exception e)
    {
        _log($"ERROR: A step of {batch.Entries.Count} requests has failed: {e}");
        _scheduler.Fail(batch, $"The engine failed in a step: {Explain(e)}");
    }

    private string Explain(Exception e) => e is not DeviceMemoryException ? e.Message :
        $"{e.Message}. Lower --mem-fraction-static ({_options.MemFractionStatic}), --max-running-requests "
        + $"({_limits.MaxRunningRequests}) or --chunked-prefill-size ({_limits.ChunkedPrefillSize}).";

    private ModelRunner MakeRunner(ICausalModel model, IOps ops)
    {
        try
        {
            return new ModelRunner(model, ops, _limits.PoolTokens);
        }
        catch (DeviceMemoryException error)
        {
            throw new UserErrorException(
                $"The KV pool of {_limits.PoolTokens} tokens, {_kvCacheBytes:N0} bytes, does not fit: {error.Message}. "
                + $"Lower --mem-fraction-static ({_options.MemFractionStatic}), or set --max-total-tokens below "
                + $"{_limits.PoolTokens}.",
                error);
        }
    }

    /// <summary>
    /// Nothing runs or waits: checks that every slot came back, and sleeps until something is posted.
    /// </summary>
    private void Rest()
    {
        if (Cache.HeldTokens != 0)
        {
            InvariantViolation = $"KV pool leak: of {Cache.Capacity} slots, {Cache.FreeTokens} are free and "
                + $"{Cache.CachedTokens} cached; {Cache.HeldTokens} are held though no request is there.";
            _log($"ERROR: {InvariantViolation} The cache starts anew.");
            Cache.Reset();
        }
        _scheduler.OnIdle();
        _stepLog.OnIdle();
        _status = Snapshot();
        Cache.TellChanges();
        _wake.WaitOne();
    }

    private void End(EngineStoppedException reason)
    {
        _stopped = reason;
        _mailbox.Writer.Complete();
        foreach (Sequence sequence in _live.Keys)
            sequence.Fail(reason);
        _ended.SetResult();
    }

    private EngineStatus Snapshot() => new()
    {
        RunningRequests = _scheduler.RunningCount,
        QueuedRequests = _scheduler.WaitingCount,
        QueuedTokens = _scheduler.PrefillTokens,
        TotalTokens = Cache.Capacity,
        FreeTokens = Cache.FreeTokens,
        CachedTokens = Cache.CachedTokens,
        HeldTokens = Cache.HeldTokens,
        GenerationThroughput = _stepLog.Throughput,
        CacheHitRate = _stepLog.CacheHitRate,
        PromptTokensTotal = _scheduler.PromptTokensTotal,
        CachedTokensTotal = _scheduler.CachedTokensTotal,
        GeneratedTokensTotal = _scheduler.GeneratedTokensTotal,
        RetractionsTotal = _scheduler.RetractionsTotal,
        Steps = _steps,
        HostSeconds = _hostTime.TotalSeconds,
        WeightBytes = _weightBytes,
        KvCacheBytes = _kvCacheBytes,
    };
}
