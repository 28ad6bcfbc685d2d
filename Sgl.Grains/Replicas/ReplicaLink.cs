using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Sgl.Engine;
using Sgl.Engine.Requests;
using Sgl.Grains.Abstractions;

namespace Sgl.Grains.Replicas;

/// <summary>A replica's end of its link to one gateway: its streams, and what it has not pulled.</summary>
internal sealed class ReplicaLink(ILogger log)
{
    private const int MaxCacheChanges = 4096;

    private readonly ConcurrentDictionary<string, CancellationTokenSource> _streams = new();
    private readonly ConcurrentQueue<StreamChunk> _ready = new();
    private readonly ConcurrentQueue<CacheDelta> _cacheChanges = new();
    private readonly SemaphoreSlim _news = new(0);
    private long _heard = Stopwatch.GetTimestamp();

    public int StreamCount => _streams.Count;

    /// <summary>How long the gateway has not asked for anything.</summary>
    public TimeSpan Silence => Stopwatch.GetElapsedTime(Interlocked.Read(ref _heard));

    /// <summary>Begins a stream; the engine has taken it when this returns.</summary>
    /// <exception cref="QueueFullException">The engine's queue is full.</exception>
    /// <exception cref="EngineStoppedException">The engine takes no more requests.</exception>
    public async Task StartAsync(IInferenceBackend engine, ReplicaRequest request)
    {
        Interlocked.Exchange(ref _heard, Stopwatch.GetTimestamp());
        CancellationTokenSource stop = new();
        IAsyncEnumerator<TokenChunk> chunks =
            engine.GenerateAsync(Wire.ToEngine(request), stop.Token).GetAsyncEnumerator(stop.Token);
        // The engine takes or refuses a request before its first wait.
        ValueTask<bool> first = chunks.MoveNextAsync();
        Task<bool> next = first.AsTask();
        if (next.Exception?.InnerException is QueueFullException or EngineStoppedException)
        {
            stop.Dispose();
            await next;
        }

        _streams[request.Id] = stop;
        // Off the grain's scheduler: the engine's pace is not to wait for the grain's other calls.
        _ = Task.Run(() => PumpAsync(request.Id, chunks, new ValueTask<bool>(next), stop.Token));
    }

    public void Cancel(string stream)
    {
        if (_streams.TryRemove(stream, out CancellationTokenSource? stop))
            stop.Cancel();
    }

    public void CancelAll()
    {
        foreach (string stream in _streams.Keys)
            Cancel(stream);
    }

    /// <summary>Answers a waiting pull, for there is something else to tell.</summary>
    public void Wake() => _news.Release();

    /// <summary>Waits for chunks and takes all that are there.</summary>
    public async Task<StreamChunk[]> TakeAsync(TimeSpan longest)
    {
        Interlocked.Exchange(ref _heard, Stopwatch.GetTimestamp());
        await _news.WaitAsync(longest);
        while (_news.Wait(0))
            continue;
        List<StreamChunk> taken = [];
        while (_ready.TryDequeue(out StreamChunk? chunk))
            taken.Add(chunk);
        return [.. taken];
    }

    /// <summary>Remembered until the next pull; nobody is woken for it.</summary>
    public void Add(CacheDelta change)
    {
        // A gateway that is so far behind sees the gap and asks for a snapshot.
        if (_cacheChanges.Count < MaxCacheChanges)
            _cacheChanges.Enqueue(change);
    }

    public CacheDelta[] TakeCacheChanges()
    {
        if (_cacheChanges.IsEmpty)
            return [];
        List<CacheDelta> taken = [];
        while (_cacheChanges.TryDequeue(out CacheDelta? change))
            taken.Add(change);
        return [.. taken];
    }

    private async Task PumpAsync(
        string stream, IAsyncEnumerator<TokenChunk> chunks, ValueTask<bool> next, CancellationToken stopped)
    {
        try
        {
            while (await next)
            {
                Add(Wire.ToWire(stream, chunks.Current));
                next = chunks.MoveNextAsync();
            }
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // The gateway wanted it so and does not listen any more.
        }
        catch (Exception error)
        {
            log.LogError("Stream {Stream} is lost: {Message}", stream, error.Message);
            Add(new StreamChunk
            {
                Stream = stream,
                Tokens = [],
                Finish = new StreamFinish(StreamFinishKind.Lost, Message: error.Message),
            });
        }
        finally
        {
            await chunks.DisposeAsync();
            _streams.TryRemove(stream, out _);
        }
    }

    private void Add(StreamChunk chunk)
    {
        _ready.Enqueue(chunk);
        if (_news.CurrentCount == 0)
            _news.Release();
    }
}
