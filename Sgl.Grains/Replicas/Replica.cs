using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sgl.Engine;
using Sgl.Engine.Cache;
using Sgl.Engine.Requests;
using Sgl.Grains.Abstractions;

namespace Sgl.Grains.Replicas;

/// <summary>
/// What a replica grain owns: the engine, and a link to each gateway that has streams on it. It runs on threads of its
/// own; the grain only passes calls on.
/// </summary>
internal sealed class Replica : IAsyncDisposable
{
    private readonly ClusterOptions _options;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<Guid, ReplicaLink> _links = new();
    private Task _loading = Task.CompletedTask;
    private volatile IInferenceBackend? _engine;
    private volatile string? _problem;
    private volatile bool _draining;

    public Replica(ClusterOptions options, ILogger log) => (_options, _log) = (options, log);

    /// <summary>Of this replica's life.</summary>
    public Guid Epoch { get; } = Guid.NewGuid();

    public int StreamCount => _links.Values.Sum(link => link.StreamCount);

    /// <param name="load">Loads the engine; runs on a thread of its own.</param>
    /// <param name="onFailed">Told why the model could not be loaded.</param>
    public void Start(Func<IInferenceBackend> load, Action<Exception> onFailed) =>
        _loading = LoadEngineAsync(load, onFailed);

    public async ValueTask<ReplicaLoad> LoadAsync()
    {
        ReplicaState state = _problem is not null ? ReplicaState.Failed
            : _draining ? ReplicaState.Draining
            : _engine is null ? ReplicaState.Loading : ReplicaState.Ready;
        if (_engine is not { } engine || _problem is not null)
            return new ReplicaLoad { State = state, Problem = _problem };
        try
        {
            return Wire.ToWire(state, await engine.GetStatusAsync());
        }
        catch (EngineStoppedException error)
        {
            _problem = error.Message;
            return new ReplicaLoad { State = ReplicaState.Failed, Problem = _problem };
        }
    }

    public async Task<SubmitAnswer> SubmitAsync(Guid link, ReplicaRequest request)
    {
        if (_draining || _engine is not { } engine)
            return new SubmitAnswer(Epoch, SubmitOutcome.NotReady);
        try
        {
            await Link(link).StartAsync(engine, request);
            return new SubmitAnswer(Epoch, SubmitOutcome.Accepted);
        }
        catch (QueueFullException)
        {
            return new SubmitAnswer(Epoch, SubmitOutcome.QueueFull);
        }
        catch (EngineStoppedException error)
        {
            _log.LogError("A request was refused: {Message}", error.Message);
            return new SubmitAnswer(Epoch, SubmitOutcome.NotReady);
        }
    }

    public async Task<LinkNews> PullAsync(Guid link)
    {
        ReplicaLink pulled = Link(link);
        StreamChunk[] chunks = await pulled.TakeAsync(_options.Heartbeat);
        return new LinkNews
        {
            Epoch = Epoch,
            Load = await LoadAsync(),
            Chunks = chunks,
            CacheChanges = pulled.TakeCacheChanges(),
        };
    }

    public void Cancel(Guid link, string stream) => Link(link).Cancel(stream);

    /// <summary>The cache as it is; the changes after it come with the news of the links.</summary>
    public async Task<CacheContents?> GetCacheAsync()
    {
        if (_engine is not InferenceEngine engine)
            return null;
        CacheSnapshot snapshot = await engine.WatchCacheAsync(OnCacheChange);
        return new CacheContents(Epoch, snapshot.Number, [.. snapshot.Blocks]);
    }

    public Task<bool> FlushCacheAsync() => _engine?.FlushCacheAsync().AsTask() ?? Task.FromResult(true);

    public void Drain()
    {
        _draining = true;
        // The gateways hear of it at once.
        foreach (ReplicaLink link in _links.Values)
            link.Wake();
    }

    /// <summary>Ends the streams of gateways that are not heard of any more.</summary>
    public void GiveUpSilentLinks()
    {
        foreach ((Guid id, ReplicaLink link) in _links)
        {
            if (link.Silence < _options.LinkTimeout || !_links.TryRemove(id, out _))
                continue;
            if (link.StreamCount > 0)
                _log.LogWarning(
                    "A gateway has been silent for {Seconds:F0} s: its {Streams} stream(s) are given up.",
                    link.Silence.TotalSeconds, link.StreamCount);
            link.CancelAll();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _draining = true;
        foreach (ReplicaLink link in _links.Values)
            link.CancelAll();
        await _loading;
        if (_engine is IAsyncDisposable engine)
            await engine.DisposeAsync();
    }

    private async Task LoadEngineAsync(Func<IInferenceBackend> load, Action<Exception> onFailed)
    {
        try
        {
            _engine = await Task.Factory.StartNew(
                load, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (Exception error)
        {
            _log.LogError(error, "A replica's model could not be loaded.");
            _problem = error.Message;
            onFailed(error);
        }
    }

    /// <summary>On the engine's thread.</summary>
    private void OnCacheChange(CacheChange change)
    {
        CacheDelta delta = Wire.ToWire(change);
        foreach (ReplicaLink link in _links.Values)
            link.Add(delta);
    }

    private ReplicaLink Link(Guid id) => _links.GetOrAdd(id, _ => new ReplicaLink(_log));
}
