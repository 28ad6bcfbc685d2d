using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Sgl.Engine.Cache;
using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;
using Sgl.Engine.Sampling;
using Sgl.Engine.Scheduling;
using Sgl.Engine.Weights;

namespace Sgl.Engine;

/// <summary>
/// The waist, in process: owns the model, its device and the one thread that runs the loop. Scheduler, cache and device
/// belong to that thread; others post to its mailbox, and read what it writes to their channels.
/// </summary>
public sealed class InferenceEngine : IInferenceBackend, IAsyncDisposable
{
    private readonly IOps _ops;
    private readonly IDisposable? _weights;
    private readonly long _weightBytes;
    private readonly long _kvCacheBytes;
    private readonly bool _keysDependOnLength;
    private readonly int _maxQueuedRequests;
    private readonly PrefixCache _cache;
    private readonly Scheduler _scheduler;
    private readonly ModelRunner _runner;
    private readonly StepLog _stepLog;
    private readonly Action<string> _log;

    private readonly Channel<Action> _mailbox =
        Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly AutoResetEvent _wake = new(false);
    private readonly SemaphoreSlim _places;
    private readonly ConcurrentDictionary<Sequence, bool> _live = [];
    private readonly TaskCompletionSource _loopEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile EngineStoppedException? _stopped;
    private volatile EngineStatus _status;
    private int _disposed;

    private bool _stopping;
    private long _steps;

    /// <summary>
    /// Takes a built model on its device, which is disposed with the engine. The loop starts at once.
    /// </summary>
    /// <param name="log">Gets one line per event worth a line ("Prefill batch. #new-seq: ..."); may be null.</param>
    /// <exception cref="UserErrorException">An option makes no sense, or the device's memory is too small.</exception>
    public InferenceEngine(EngineOptions options, ICausalModel model, IOps ops, Action<string>? log = null)
        : this(options, model, ops, null, 0, log)
    {
    }

    private InferenceEngine(
        EngineOptions options,
        ICausalModel model,
        IOps ops,
        IDisposable? weights,
        long weightBytes,
        Action<string>? log)
    {
        EngineLimits limits = EngineLimits.Resolve(options, model, ops, weightBytes);
        Model = new ModelInfo
        {
            Path = options.ModelPath,
            Architecture = model.Config.Architecture,
            ModelType = model.Config.ModelType,
            VocabularySize = model.Config.VocabularySize,
            ContextLength = limits.ContextLength,
            MaxRequestTokens = limits.PoolTokens,
            EndTokens = model.Config.EndTokens,
        };
        _ops = ops;
        _weights = weights;
        _weightBytes = weightBytes;
        _kvCacheBytes = limits.PoolTokens * EngineLimits.BytesPerToken(model, ops);
        _keysDependOnLength = model.KeysDependOnLength;
        _maxQueuedRequests = limits.MaxQueuedRequests;
        _places = new SemaphoreSlim(limits.MaxQueuedRequests);
        _log = log ?? (_ => { });
        _cache = new PrefixCache(limits.PoolTokens, sharing: !options.DisableRadixCache);
        _scheduler = new Scheduler(options, limits, Model, _cache, _places, _log);
        _runner = new ModelRunner(model, ops, limits.PoolTokens);
        _stepLog = new StepLog(options.DecodeLogInterval, _scheduler, _cache, _log);
        _status = Snapshot();
        LogStart(options, limits, model.Config.ContextLength);
        new Thread(Loop) { Name = "engine loop", IsBackground = true }.Start();
    }

    public ModelInfo Model { get; }

    /// <summary>
    /// What the check at rest found wrong with the count of the pool's slots; null as long as all is well.
    /// </summary>
    internal string? InvariantViolation { get; private set; }

    /// <summary>Loads options.ModelPath on the CPU and starts an engine on it.</summary>
    /// <param name="progress">Told (bytes read, bytes in all) while weights are read; may be null.</param>
    /// <exception cref="UserErrorException">The model folder or an option is wrong; the message says what.</exception>
    public static InferenceEngine Load(
        EngineOptions options, Action<string>? log = null, Action<long, long>? progress = null)
    {
        ModelConfig config = ModelConfig.Load(options.ModelPath);
        CpuOps ops = new(options.CpuThreads);
        IWeightSource? weights = null;
        try
        {
            long weightBytes = 0;
            weights = WeightSources.Open(options.ModelPath, options.LoadFormat, config, (read, all) =>
            {
                weightBytes = all;
                progress?.Invoke(read, all);
            });
            ICausalModel model = ModelCatalog.Build(config, weights, ops);
            return new InferenceEngine(options, model, ops, weights, weightBytes, log);
        }
        catch
        {
            ops.Dispose();
            weights?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<TokenChunk> GenerateAsync(
        GenerateRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Sequence sequence = Submit(request);
        bool finished = false;
        try
        {
            using CancellationTokenRegistration abort = cancellationToken.UnsafeRegister(_ => Abort(sequence), null);
            while (await sequence.Chunks.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                TokenChunk chunk = ReadAll(sequence.Chunks);
                finished = chunk.Finish is not null;
                yield return chunk;
            }
        }
        finally
        {
            _live.TryRemove(sequence, out _);
            if (!finished)
                Abort(sequence);
        }
    }

    /// <inheritdoc/>
    public ValueTask<EngineStatus> GetStatusAsync(CancellationToken cancellationToken = default) =>
        _stopped is { } stopped ? ValueTask.FromException<EngineStatus>(stopped) : ValueTask.FromResult(_status);

    /// <inheritdoc/>
    public async ValueTask<bool> FlushCacheAsync(CancellationToken cancellationToken = default)
    {
        TaskCompletionSource<bool> flushed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => flushed.SetResult(FlushIfIdle()));
        await Task.WhenAny(flushed.Task, _loopEnded.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
        return flushed.Task.IsCompleted ? await flushed.Task.ConfigureAwait(false) : throw _stopped!;
    }

    /// <summary>Aborts what runs and waits, stops the loop and frees the device.</summary>
    public async ValueTask DisposeAsync()
    {
        Post(() => _stopping = true);
        await _loopEnded.Task.ConfigureAwait(false);
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _ops.Dispose();
        _weights?.Dispose();
    }

    private Sequence Submit(GenerateRequest request)
    {
        int tokens = request.Prompt.Length + request.Sampling.MaxNewTokens;
        if (tokens > Model.MaxRequestTokens)
            throw new ArgumentException(
                $"Request {request.Id} may grow to {tokens} tokens; the KV pool holds {Model.MaxRequestTokens}.",
                nameof(request));
        if (_stopped is { } stopped)
            throw stopped;
        if (!_places.Wait(0))
            throw new QueueFullException(_maxQueuedRequests);
        Sequence sequence = new(request, _keysDependOnLength ? request.Prompt.Length : 0);
        _live[sequence] = true;
        if (!Post(() => _scheduler.Add(sequence)))
        {
            _live.TryRemove(sequence, out _);
            throw _stopped!;
        }
        return sequence;
    }

    private void Abort(Sequence sequence) => Post(() => _scheduler.Cancel(sequence, "The request was cancelled."));

    /// <summary>Has the loop thread do something between two steps; false when the loop has ended.</summary>
    private bool Post(Action action)
    {
        bool posted = _mailbox.Writer.TryWrite(action);
        _wake.Set();
        return posted;
    }

    /// <summary>Everything that lies ready, as one chunk.</summary>
    private static TokenChunk ReadAll(ChannelReader<TokenChunk> reader)
    {
        reader.TryRead(out TokenChunk? first);
        if (!reader.TryRead(out TokenChunk? next))
            return first!;
        List<TokenChunk> chunks = [first!];
        do
            chunks.Add(next);
        while (reader.TryRead(out next));
        return chunks[^1] with
        {
            Tokens = chunks.SelectMany(chunk => chunk.Tokens.ToArray()).ToArray(),
            Logprobs = [.. chunks.SelectMany(chunk => chunk.Logprobs)],
            PromptLogprobs = first!.PromptLogprobs,
        };
    }

    private void Loop()
    {
        EngineStoppedException reason = new("The engine is stopping.");
        try
        {
            while (RunPosted())
            {
                if (_scheduler.IsIdle)
                    Rest();
                else
                    Step();
            }
        }
        catch (Exception e)
        {
            _log($"The engine's loop has failed, it takes no more requests: {e}");
            reason = new EngineStoppedException($"The engine has failed: {e.Message}", e);
        }
        _stopped = reason;
        _mailbox.Writer.Complete();
        foreach (Sequence sequence in _live.Keys)
            sequence.Fail(reason);
        _loopEnded.SetResult();
    }

    /// <summary>Does what others posted; false when one of it was to stop.</summary>
    private bool RunPosted()
    {
        while (_mailbox.Reader.TryRead(out Action? action))
            action();
        return !_stopping;
    }

    private void Step()
    {
        Batch batch = _scheduler.NextBatch();
        _stepLog.OnStep(batch);
        if (TryRun(batch) is { } sampled)
            _scheduler.Settle(batch, sampled);
        _steps++;
        _status = Snapshot();
    }

    /// <summary>A step that fails ends its requests; the engine goes on with the others.</summary>
    private SampledToken[]? TryRun(Batch batch)
    {
        if (batch.Entries.Count == 0)
            throw new InvalidOperationException($"{_scheduler.WaitingCount} requests wait and none can be run.");
        try
        {
            return _runner.Run(batch);
        }
        catch (Exception e)
        {
            _log($"A step of {batch.Entries.Count} requests has failed: {e}");
            _scheduler.Fail(batch, $"The engine failed in a step: {e.Message}");
            return null;
        }
    }

    /// <summary>
    /// Nothing runs or waits: checks that every slot came back, and sleeps until something is posted.
    /// </summary>
    private void Rest()
    {
        if (_cache.HeldTokens != 0)
        {
            InvariantViolation = $"KV pool leak: of {_cache.Capacity} slots, {_cache.FreeTokens} are free and "
                + $"{_cache.CachedTokens} cached; {_cache.HeldTokens} are held though no request is there.";
            _log($"ERROR: {InvariantViolation} The cache starts anew.");
            _cache.Reset();
        }
        _scheduler.OnIdle();
        _stepLog.OnIdle();
        _status = Snapshot();
        _wake.WaitOne();
    }

    private bool FlushIfIdle()
    {
        if (!_scheduler.IsIdle)
            return false;
        _cache.Clear();
        return true;
    }

    private EngineStatus Snapshot() => new()
    {
        RunningRequests = _scheduler.RunningCount,
        QueuedRequests = _scheduler.WaitingCount,
        TotalTokens = _cache.Capacity,
        FreeTokens = _cache.FreeTokens,
        CachedTokens = _cache.CachedTokens,
        HeldTokens = _cache.HeldTokens,
        GenerationThroughput = _stepLog.Throughput,
        CacheHitRate = _stepLog.CacheHitRate,
        PromptTokensTotal = _scheduler.PromptTokensTotal,
        CachedTokensTotal = _scheduler.CachedTokensTotal,
        GeneratedTokensTotal = _scheduler.GeneratedTokensTotal,
        RetractionsTotal = _scheduler.RetractionsTotal,
        Steps = _steps,
        WeightBytes = _weightBytes,
        KvCacheBytes = _kvCacheBytes,
    };

    private void LogStart(EngineOptions options, EngineLimits limits, int modelContext)
    {
        if (limits.ContextLength > modelContext)
            _log($"--context-length {limits.ContextLength} is more than the model's {modelContext}: expect nonsense.");
        _log($"max_total_num_tokens={limits.PoolTokens}, chunked_prefill_size={options.ChunkedPrefillSize}, "
            + $"max_prefill_tokens={options.MaxPrefillTokens}, max_running_requests={limits.MaxRunningRequests}, "
            + $"context_len={limits.ContextLength}, kv_cache_bytes={_kvCacheBytes}, device={_ops.Description}");
    }
}
