using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Sgl.Engine.Cache;
using Sgl.Grains.Abstractions;
using Sgl.Grains.Routing;

namespace Sgl.Grains.Streams;

/// <summary>
/// A gateway's end of its link to one replica: hands each stream its chunks, and takes a replica that does not answer
/// in time for gone.
/// </summary>
internal sealed class GatewayLink(
    string key, IModelReplicaGrain grain, Router router, ClusterOptions options, ILogger log)
{
    /// <summary>Of the retry pause.</summary>
    private const double MaxPause = 8;

    private readonly ConcurrentDictionary<string, ChannelWriter<StreamChunk>> _streams = new();
    private readonly CancellationTokenSource _stop = new();
    private Guid _id = Guid.NewGuid();
    private Guid _epoch;
    private long _silentSince;
    private Task _snapshot = Task.CompletedTask;

    public string Key => key;

    public int StreamCount => _streams.Count;

    /// <summary>How long the replica has not answered; zero when it does.</summary>
    public TimeSpan Silence => Interlocked.Read(ref _silentSince) is > 0 and long since
        ? TimeSpan.FromMilliseconds(Environment.TickCount64 - since) : TimeSpan.Zero;

    public ReplicaLoad? Load { get; private set; }

    /// <param name="chunks">Gets what the replica generates, and the word that the stream is lost.</param>
    public async Task<SubmitOutcome> SubmitAsync(ReplicaRequest request, ChannelWriter<StreamChunk> chunks)
    {
        _streams[request.Id] = chunks;
        try
        {
            SubmitAnswer answer =
                await grain.SubmitAsync(_id, request).WaitAsync(options.StreamGapTimeout).ConfigureAwait(false);
            return answer.Outcome;
        }
        catch (Exception error)
        {
            log.LogWarning("Replica {Key} did not take {Stream}: {Message}", key, request.Id, error.Message);
            router.Suspect(key);
            return SubmitOutcome.NotReady;
        }
    }

    public Task<bool> FlushCacheAsync() => grain.FlushCacheAsync();

    public void Forget(string stream) => _streams.TryRemove(stream, out _);

    /// <summary>Nobody listens to the stream any more: the replica need not go on with it.</summary>
    public void Cancel(string stream)
    {
        if (_streams.TryRemove(stream, out _) && Silence == TimeSpan.Zero)
            _ = CancelAsync(stream);
    }

    /// <summary>Pulls until <see cref="Stop"/>.</summary>
    public async Task RunAsync(Action onNews)
    {
        double pause = 0.5;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Task<LinkNews> pull = grain.PullAsync(_id);
                LinkNews news = await pull.WaitAsync(options.StreamGapTimeout, _stop.Token).ConfigureAwait(false);
                Take(news);
                pause = 0.5;
                onNews();
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception error)
            {
                OnSilent(error is TimeoutException
                    ? $"silent for {options.StreamGapTimeout.TotalSeconds:0.#} s" : error.Message);
                onNews();
                // One that is gone, and not only slow, is asked less and less.
                pause = Math.Min(pause * 2, MaxPause);
                await Task.Delay(options.RetryPause * pause).ConfigureAwait(false);
            }
        }

        LoseAll(null);
        router.Remove(key);
    }

    public void Stop() => _stop.Cancel();

    private void Take(LinkNews news)
    {
        if (_epoch != news.Epoch && _epoch != default)
            LoseAll(null);
        _epoch = news.Epoch;
        Interlocked.Exchange(ref _silentSince, 0);
        Load = news.Load;
        bool knowsCache = router.OnLoad(key, news.Epoch, news.Load);
        foreach (CacheDelta change in news.CacheChanges)
            knowsCache &= router.OnChange(key, news.Epoch, Wire.ToEngine(change));
        if (!knowsCache && news.Load.State == ReplicaState.Ready && _snapshot.IsCompleted)
            _snapshot = FetchCacheAsync();
        foreach (StreamChunk chunk in news.Chunks)
        {
            if (!_streams.TryGetValue(chunk.Stream, out ChannelWriter<StreamChunk>? stream))
                continue;
            stream.TryWrite(chunk);
            if (chunk.Finish is not null)
                _streams.TryRemove(chunk.Stream, out _);
        }

        if (news.Load.State == ReplicaState.Failed)
            LoseAll(null);
        else if (news.Load.State == ReplicaState.Draining
            && router.Replicas.Any(other => other.Id != key && other.IsReady))
            MoveAll();
    }

    private async Task FetchCacheAsync()
    {
        try
        {
            CacheContents? cache = await grain.GetCacheAsync().WaitAsync(options.CallTimeout).ConfigureAwait(false);
            if (cache is not null)
                router.OnSnapshot(key, cache.Epoch, new CacheSnapshot(cache.Number, cache.Blocks));
        }
        catch (Exception error)
        {
            // The next pull tells again that a snapshot is wanted.
            log.LogDebug("Replica {Key} did not tell its cache: {Message}", key, error.Message);
        }
    }

    private void OnSilent(string reason)
    {
        if (Interlocked.CompareExchange(ref _silentSince, Environment.TickCount64, 0) == 0)
            log.LogWarning(
                "Replica {Key} is {Reason}; {Streams} stream(s) go on elsewhere.", key, reason, _streams.Count);
        router.Suspect(key);
        // What it still has for the streams is not wanted any more: they will have gone on elsewhere.
        _id = Guid.NewGuid();
        _epoch = default;
        LoseAll(null);
    }

    /// <summary>The replica drains: its streams go on elsewhere, with their tokens.</summary>
    private void MoveAll()
    {
        foreach (string stream in _streams.Keys)
        {
            if (!_streams.TryRemove(stream, out ChannelWriter<StreamChunk>? chunks))
                continue;
            chunks.TryWrite(Lost(stream, null));
            _ = CancelAsync(stream);
        }
    }

    private void LoseAll(string? message)
    {
        foreach (string stream in _streams.Keys)
        {
            if (_streams.TryRemove(stream, out ChannelWriter<StreamChunk>? chunks))
                chunks.TryWrite(Lost(stream, message));
        }
    }

    private async Task CancelAsync(string stream)
    {
        try
        {
            await grain.CancelAsync(_id, stream).WaitAsync(options.CallTimeout).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            log.LogDebug("Replica {Key} was not told that {Stream} has ended: {Message}", key, stream, error.Message);
        }
    }

    private static StreamChunk Lost(string stream, string? message) => new()
    {
        Stream = stream,
        Tokens = [],
        Finish = new StreamFinish(StreamFinishKind.Lost, Message: message),
    };
}
