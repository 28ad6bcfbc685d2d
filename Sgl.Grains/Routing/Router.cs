using System.Runtime.InteropServices;
using Sgl.Engine.Cache;
using Sgl.Grains.Abstractions;

namespace Sgl.Grains.Routing;

/// <summary>
/// Chooses a replica of one model for each request, from what the replicas say of themselves: no call leaves the silo.
/// Safe for concurrent use.
/// </summary>
public sealed class Router(IRoutingPolicy policy, TimeProvider time)
{
    /// <summary>A replica that has not reported for so long is asked when no other is there.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(3);

    /// <summary>A suspicion lasts at least so long, and then until the replica reports.</summary>
    public static readonly TimeSpan SuspicionAtLeast = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, KnownReplica> _replicas = [];

    // Of the decision under way.
    private readonly List<KnownReplica> _available = [];
    private readonly List<Candidate> _candidates = [];

    public string PolicyName => policy.Name;

    /// <summary>Blocks known of all replicas together.</summary>
    public long IndexedBlocks
    {
        get
        {
            lock (_gate)
                return _replicas.Values.Sum(replica => (long)replica.Blocks.Count);
        }
    }

    /// <summary>The replicas known, with load as they reported it.</summary>
    public IReadOnlyList<RoutedReplica> Replicas
    {
        get
        {
            lock (_gate)
                return [.. _replicas.Values.Select(replica => new RoutedReplica(
                    replica.Id, replica.Load, replica.Blocks.Count, replica.Leases, replica.IsReady))];
        }
    }

    /// <summary>
    /// Chooses among the replicas that are not to be avoided, and counts the request there; null when there is none.
    /// </summary>
    /// <param name="blocks">The prompt's <see cref="PrefixBlocks"/>.</param>
    /// <param name="promptTokens">Its length.</param>
    /// <param name="avoid">Replicas that have failed this request or refused it.</param>
    public RouteLease? Route(ReadOnlySpan<ulong> blocks, int promptTokens, IReadOnlyCollection<string>? avoid = null)
    {
        lock (_gate)
        {
            FindAvailable(avoid);
            if (_available.Count == 0)
                return null;
            _candidates.Clear();
            foreach (KnownReplica replica in _available)
                _candidates.Add(replica.AsCandidate(CachedTokens(replica, blocks, promptTokens)));
            int chosen = policy.Choose(promptTokens, CollectionsMarshal.AsSpan(_candidates));
            return Lease(_available[chosen], _candidates[chosen].CachedTokens, blocks, promptTokens);
        }
    }

    /// <summary>
    /// A replica says how it is. One that was unknown is known from then on; a new activation has nothing of what the
    /// one before had.
    /// </summary>
    /// <returns>False when a snapshot of its cache is wanted.</returns>
    public bool OnLoad(string replica, Guid epoch, ReplicaLoad load)
    {
        lock (_gate)
        {
            if (!_replicas.TryGetValue(replica, out KnownReplica? known) || known.Epoch != epoch)
                _replicas[replica] = known = new KnownReplica(replica, epoch, time);
            known.OnLoad(load);
            return !known.Blocks.WantsSnapshot;
        }
    }

    /// <summary>A replica's cache has changed.</summary>
    /// <returns>False when a change was missed: a snapshot is wanted.</returns>
    public bool OnChange(string replica, Guid epoch, CacheChange change)
    {
        lock (_gate)
            return Find(replica, epoch) is not { } known || known.Blocks.Apply(change);
    }

    /// <summary>The snapshot of a replica's cache has come.</summary>
    /// <returns>False when more was missed since: another one is wanted.</returns>
    public bool OnSnapshot(string replica, Guid epoch, CacheSnapshot snapshot)
    {
        lock (_gate)
            return Find(replica, epoch) is not { } known || known.Blocks.Reset(snapshot);
    }

    /// <summary>Nothing is sent to a replica that was seen to fail, until it is heard again.</summary>
    public void Suspect(string replica)
    {
        lock (_gate)
        {
            if (_replicas.TryGetValue(replica, out KnownReplica? state))
                state.Suspect();
        }
    }

    /// <summary>A replica is gone, and its cache with it.</summary>
    public void Remove(string replica)
    {
        lock (_gate)
            _replicas.Remove(replica);
    }

    internal void OnStarted(RouteLease lease)
    {
        lock (_gate)
            lease.TokensToPrefill = 0;
    }

    internal void OnEnded(RouteLease lease, ReadOnlySpan<ulong> blocks)
    {
        lock (_gate)
        {
            lease.Replica.Remove(lease);
            lease.Replica.Blocks.Expect(blocks);
        }
    }

    /// <summary>The replicas worth asking; the stale ones only when there is no other.</summary>
    private void FindAvailable(IReadOnlyCollection<string>? avoid)
    {
        _available.Clear();
        foreach (KnownReplica replica in _replicas.Values)
        {
            if (replica.IsReady && avoid?.Contains(replica.Id) != true)
                _available.Add(replica);
        }
        if (_available.Exists(replica => replica.IsFresh))
            _available.RemoveAll(replica => !replica.IsFresh);
    }

    private static int CachedTokens(KnownReplica replica, ReadOnlySpan<ulong> blocks, int promptTokens) =>
        // The last token always goes through the model: its logits are wanted.
        Math.Min(replica.Blocks.Match(blocks) * PrefixBlocks.Size, promptTokens - 1);

    private RouteLease Lease(KnownReplica replica, int cachedTokens, ReadOnlySpan<ulong> blocks, int promptTokens)
    {
        RouteLease lease = new(this, replica, cachedTokens, promptTokens - cachedTokens);
        replica.Add(lease);
        replica.Blocks.Expect(blocks);
        return lease;
    }

    private KnownReplica? Find(string replica, Guid epoch) =>
        _replicas.GetValueOrDefault(replica) is { } known && known.Epoch == epoch ? known : null;
}
