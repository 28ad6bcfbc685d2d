using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Sgl.Engine.Cache;
using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;
using Sgl.Engine.Sampling.Grammar;
using Sgl.Engine.Scheduling;
using Sgl.Engine.Text;
using Sgl.Engine.Weights;

namespace Sgl.Engine;

/// <summary>The waist, in process: owns the model, its device and the loop that runs them.</summary>
public sealed class InferenceEngine : IInferenceBackend, IAsyncDisposable
{
    private readonly IOps _ops;
    private readonly IDisposable? _weights;
    private readonly EngineMetrics _metrics;
    private readonly GrammarCache _grammars;
    private int _disposed;

    /// <summary>
    /// Takes a built model on its device, which is disposed with the engine. The loop starts at once.
    /// </summary>
    /// <param name="log">Gets one line per event worth a line ("Prefill batch. #new-seq: ..."); may be null.</param>
    /// <exception cref="UserErrorException">An option makes no sense, or the device's memory is too small.</exception>
    public InferenceEngine(EngineOptions options, ICausalModel model, IOps ops, Action<string>? log = null)
        : this(options, model, ops, null, log ?? (_ => { }))
    {
    }

    private InferenceEngine(
        EngineOptions options,
        ICausalModel model,
        IOps ops,
        IDisposable? weights,
        Action<string> log)
    {
        EngineLimits limits = EngineLimits.Resolve(options, model, ops);
        Model = new ModelInfo
        {
            Path = options.ModelPath,
            Architecture = model.Config.Architecture,
            ModelType = model.Config.ModelType,
            VocabularySize = model.Config.VocabularySize,
            ContextLength = limits.ContextLength,
            MaxRequestTokens = limits.PoolTokens,
            EndTokens = model.Config.EndTokens,
            KeySharing = model.KeySharing,
        };
        _ops = ops;
        _weights = weights;
        _grammars = new GrammarCache(() => new GrammarVocabulary(
            Tokenizer.Load(options.TokenizerPath ?? options.ModelPath), Model.EndTokens));
        if (limits.ContextLength > model.Config.ContextLength)
            log($"--context-length {limits.ContextLength} is more than the model's own {model.Config.ContextLength}: "
                + "answers may degrade beyond that.");
        Loop = new EngineLoop(options, limits, model, ops, log);
        _metrics = new EngineMetrics(options, () => Loop.Status);
        log($"max_total_num_tokens={limits.PoolTokens}, chunked_prefill_size={limits.ChunkedPrefillSize}, "
            + $"max_prefill_tokens={options.MaxPrefillTokens}, max_running_requests={limits.MaxRunningRequests}, "
            + $"context_len={limits.ContextLength}, device={ops.Description}");
    }

    public ModelInfo Model { get; }

    internal EngineLoop Loop { get; }

    /// <summary>Loads options.ModelPath onto a device and starts an engine on it.</summary>
    /// <param name="progress">Told (bytes read, bytes in all) while weights are read; may be null.</param>
    /// <param name="openDevice">Opens the device that suits the model; null is the CPU.</param>
    /// <exception cref="UserErrorException">The model folder or an option is wrong; the message says what.</exception>
    public static InferenceEngine Load(
        EngineOptions options,
        Action<string>? log = null,
        Action<long, long>? progress = null,
        Func<ModelConfig, IOps>? openDevice = null)
    {
        ModelConfig config = ModelConfig.Load(options.ModelPath);
        IOps ops = openDevice?.Invoke(config) ?? new CpuOps(options.CpuThreads);
        IWeightSource? weights = null;
        try
        {
            weights = WeightSources.Open(options.ModelPath, options.LoadFormat, config, progress, options.WeightType);
            ICausalModel model = Build(options, config, weights, ops);
            if (!ops.Traits.UsesWeightsInPlace)
            {
                weights.Dispose();
                weights = null;
            }
            return new InferenceEngine(options, model, ops, weights, log ?? (_ => { }));
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
        CheckSize(request);
        RequestSpans spans = new(request);
        CompiledGrammar? grammar = request.Grammar is { } spec
            ? await _grammars.GetAsync(spec, cancellationToken).ConfigureAwait(false) : null;
        Sequence sequence = Loop.Submit(request, grammar);
        try
        {
            // Also while the consumer is busy with a chunk: it may not come back for long.
            await using CancellationTokenRegistration abort =
                cancellationToken.UnsafeRegister(_ => Loop.Leave(sequence), null);
            while (await sequence.Chunks.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                TokenChunk chunk = ReadAll(sequence.Chunks);
                spans.OnChunk(chunk);
                yield return chunk;
            }
        }
        finally
        {
            spans.End();
            Loop.Leave(sequence);
        }
    }

    /// <inheritdoc/>
    public ValueTask<EngineStatus> GetStatusAsync(CancellationToken cancellationToken = default) =>
        Loop.Stopped is { } stopped
            ? ValueTask.FromException<EngineStatus>(stopped)
            : ValueTask.FromResult(Loop.Status);

    /// <inheritdoc/>
    public ValueTask<bool> FlushCacheAsync(CancellationToken cancellationToken = default) =>
        AskLoopAsync(Loop.FlushCache, cancellationToken);

    /// <summary>
    /// Has <paramref name="onChange"/> told of every change of the prefix cache that is not in the returned snapshot,
    /// in order, once a step. There is one listener: a later call replaces it, and its numbers go on.
    /// </summary>
    /// <param name="onChange">Runs on the engine's thread: it must neither block nor throw.</param>
    /// <exception cref="EngineStoppedException">The engine is stopping or has failed.</exception>
    public ValueTask<CacheSnapshot> WatchCacheAsync(
        Action<CacheChange> onChange, CancellationToken cancellationToken = default) =>
        AskLoopAsync(() => Loop.Cache.Watch(onChange), cancellationToken);

    /// <summary>Aborts what runs and waits, stops the loop and frees the device.</summary>
    public async ValueTask DisposeAsync()
    {
        Loop.Stop();
        await Loop.Ended.ConfigureAwait(false);
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _metrics.Dispose();
        _ops.Dispose();
        _weights?.Dispose();
    }

    private async ValueTask<T> AskLoopAsync<T>(Func<T> question, CancellationToken cancellationToken)
    {
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(() => answer.SetResult(question()));
        await Task.WhenAny(answer.Task, Loop.Ended).WaitAsync(cancellationToken).ConfigureAwait(false);
        return answer.Task.IsCompleted ? await answer.Task.ConfigureAwait(false) : throw Loop.Stopped!;
    }

    private static ICausalModel Build(EngineOptions options, ModelConfig config, IWeightSource weights, IOps ops)
    {
        try
        {
            return ModelCatalog.Build(config, weights, ops);
        }
        catch (DeviceMemoryException error)
        {
            throw new UserErrorException(
                $"The weights do not fit: {error.Message}, after {ops.LoadedBytes:N0} bytes of weights. "
                + $"--mem-fraction-static ({options.MemFractionStatic}) shares out only what they leave: free memory, "
                + "or take weights of 16 bits (--dtype) or a smaller model.",
                error);
        }
    }

    /// <summary>A request that can never get its slots would wait forever.</summary>
    private void CheckSize(GenerateRequest request)
    {
        long tokens = (long)request.Prompt.Length + request.Sampling.MaxNewTokens;
        if (tokens > Model.MaxRequestTokens)
            throw new ArgumentException(
                $"Request {request.Id} may grow to {tokens} tokens; the KV pool holds {Model.MaxRequestTokens}.",
                nameof(request));
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
}
