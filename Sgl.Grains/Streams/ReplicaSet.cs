using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Sgl.Engine.Cache;
using Sgl.Engine.Requests;
using Sgl.Grains.Abstractions;
using Sgl.Grains.Routing;

namespace Sgl.Grains.Streams;

/// <summary>The replicas of one model as one gateway sees them: a link to each, and the router that chooses.</summary>
public sealed class ReplicaSet(
    string model, Router router, ClusterOptions options, ILogger log, KeySharing? keySharing = null)
{
    private readonly ConcurrentDictionary<string, (GatewayLink Link, ReplicaEntry Entry)> _links = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IGrainFactory? _grains;
    private string _gateway = "";
    private int _running;
    private int _held;
    private long _movedTotal;
    private double _firstTokenSeconds;

    public string ModelName => model;

    public Router Router => router;

    /// <summary>How many replicas the model's grain wants.</summary>
    public int Desired { get; private set; }

    /// <summary>Streams that went on at another replica, since the start.</summary>
    public long MovedTotal => Interlocked.Read(ref _movedTotal);

    public int Running => _running;

    /// <summary>Requests that wait for a replica.</summary>
    public int Held => _held;

    /// <summary>The replicas as they were last heard of.</summary>
    public IReadOnlyList<ReplicaEntry> Entries =>
        [.. _links.Values.Select(one => one.Entry with { Load = one.Link.Load ?? one.Entry.Load })];

    internal ClusterOptions Options => options;

    internal IReadOnlyList<ReplicaLoad> Loads => [.. Entries.Select(entry => entry.Load)];

    /// <summary>Tokens of the smallest KV pool; null while no replica is known.</summary>
    internal int? SmallestPool => _links.Values.Select(one => one.Link.Load?.TotalTokens ?? 0).Where(pool => pool > 0)
        .Cast<int?>().Min();

    /// <summary>Looks after the links until the token fires; the silo runs by then.</summary>
    /// <param name="gateway">The address of this silo.</param>
    public async Task RunAsync(IGrainFactory grains, string gateway, CancellationToken stop)
    {
        (_grains, _gateway) = (grains, gateway);
        while (!stop.IsCancellationRequested)
        {
            await RefreshAsync().ConfigureAwait(false);
            await Task.Delay(options.ReportInterval, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        foreach ((GatewayLink link, _) in _links.Values)
            link.Stop();
    }

    internal ulong[] BlocksOf(int promptTokens, int[] tokens) =>
        PrefixBlocks.Of((keySharing ?? KeySharing.All).SpaceOf(promptTokens), tokens);

    /// <summary>A place at a replica; waits for one when there is none.</summary>
    /// <param name="avoid">Replicas that lost or refused the request; forgotten when there are no others.</param>
    /// <param name="state">Whether some refused it because their queue is full; since when it has no place.</param>
    /// <exception cref="QueueFullException">All others refused it, too.</exception>
    /// <exception cref="EngineStoppedException">There was no replica for the hold time.</exception>
    internal async Task<ReplicaLease> RouteAsync(
        ulong[] blocks, int tokens, HashSet<string> avoid, (bool Full, long Since) state,
        CancellationToken cancellationToken)
    {
        if (Place(blocks, tokens, avoid) is { } placed)
            return placed;
        if (state.Full)
            throw new QueueFullException(Entries.Sum(entry => entry.Load.QueuedRequests));
        Interlocked.Increment(ref _held);
        try
        {
            while (Stopwatch.GetElapsedTime(state.Since) < options.HoldTimeout)
            {
                Task changed = _changed.Task;
                if (Stopwatch.GetElapsedTime(state.Since) > options.ShunTime)
                    avoid.Clear();
                if (Place(blocks, tokens, avoid) is { } lease)
                    return lease;
                await Task.WhenAny(changed, Task.Delay(options.RetryPause, cancellationToken)).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _held);
        }

        throw new EngineStoppedException(
            $"No replica of {model} was ready within {options.HoldTimeout.TotalSeconds:0.#} s; "
            + $"{_links.Count} are known. Retry later.");
    }

    internal async Task<bool[]> FlushCachesAsync(CancellationToken cancellationToken) => await Task.WhenAll(
        _links.Values.Select(one => one.Link.FlushCacheAsync().WaitAsync(options.CallTimeout, cancellationToken)))
        .ConfigureAwait(false);

    internal void OnStreamStarted() => Interlocked.Increment(ref _running);

    internal void OnStreamEnded() => Interlocked.Decrement(ref _running);

    internal void OnFirstToken(TimeSpan waited) =>
        Volatile.Write(ref _firstTokenSeconds, Math.Max(_firstTokenSeconds, waited.TotalSeconds));

    internal void OnMoved(string request, string replica, string reason, int tokens)
    {
        Interlocked.Increment(ref _movedTotal);
        log.LogInformation(
            "Request {Request} leaves replica {Replica} after {Tokens} tokens ({Reason}).", request, replica, tokens,
            reason);
    }

    private ReplicaLease? Place(ulong[] blocks, int tokens, HashSet<string> avoid)
    {
        RouteLease? route = router.Route(blocks, tokens, avoid);
        if (route is null)
            return null;
        if (_links.TryGetValue(route.ReplicaId, out (GatewayLink Link, ReplicaEntry) found))
            return new ReplicaLease(found.Link, route);
        route.Dispose();
        return null;
    }

    private async Task RefreshAsync()
    {
        GatewayDemand demand = new(_gateway, _running, _held, Interlocked.Exchange(ref _firstTokenSeconds, 0));
        try
        {
            ModelReplicas known = await _grains!.GetGrain<IModelGrain>(model).GetReplicasAsync(demand)
                .WaitAsync(options.CallTimeout).ConfigureAwait(false);
            Desired = known.Desired;
            Apply(known.Replicas);
        }
        catch (Exception error)
        {
            // The links know best who lives; the list is only missed when something new begins.
            log.LogDebug("The replicas of {Model} are not to be had: {Message}", model, error.Message);
        }
    }

    private void Apply(ReplicaEntry[] replicas)
    {
        foreach (ReplicaEntry entry in replicas)
        {
            if (_links.TryGetValue(entry.Key, out (GatewayLink Link, ReplicaEntry) known))
                _links[entry.Key] = (known.Link, entry);
            else
                Connect(entry);
        }

        foreach ((string key, (GatewayLink link, _)) in _links)
        {
            // One that answers lives, whatever the list says: the list may be of a grain that has just begun.
            if (replicas.Any(entry => entry.Key == key) || link.Silence < options.ShunTime)
                continue;
            if (_links.TryRemove(key, out _))
                link.Stop();
        }
    }

    private void Connect(ReplicaEntry entry)
    {
        GatewayLink link = new(
            entry.Key, _grains!.GetGrain<IModelReplicaGrain>(entry.Key), router, options, log);
        _links[entry.Key] = (link, entry);
        _ = Task.Run(() => link.RunAsync(OnNews));
    }

    private void OnNews()
    {
        if (_held == 0)
            return;
        Interlocked.Exchange(
            ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }
}
