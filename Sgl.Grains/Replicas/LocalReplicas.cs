using System.Collections.Concurrent;
using Sgl.Grains.Abstractions;

namespace Sgl.Grains.Replicas;

/// <summary>The replicas that live in this silo.</summary>
/// <param name="offer">Null when the silo offers no slots.</param>
public sealed class LocalReplicas(ReplicaOffer? offer)
{
    private readonly ConcurrentDictionary<string, Replica> _replicas = new();
    private readonly Dictionary<string, int> _taken = [];
    private readonly TaskCompletionSource<Exception> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _draining;

    public ReplicaOffer? Offer => offer;

    /// <summary>The silo is about to stop: what runs moves away, nothing new begins.</summary>
    public bool IsDraining => _draining;

    /// <summary>Completes with the error when a replica's model cannot be loaded.</summary>
    public Task<Exception> Failed => _failed.Task;

    public int StreamCount => _replicas.Values.Sum(replica => replica.StreamCount);

    /// <param name="silo">The address of this silo.</param>
    public async Task<ReplicaEntry[]> ReportAsync(string silo)
    {
        List<ReplicaEntry> entries = [];
        foreach ((string key, Replica replica) in _replicas)
            entries.Add(new ReplicaEntry(key, silo, await replica.LoadAsync()));
        return [.. entries];
    }

    public void Drain()
    {
        _draining = true;
        foreach (Replica replica in _replicas.Values)
            replica.Drain();
    }

    /// <returns>The number of its slot.</returns>
    /// <exception cref="InvalidOperationException">The silo has no free slot, or is about to stop.</exception>
    internal int Add(string key, Replica replica)
    {
        lock (_taken)
        {
            int slot = Enumerable.Range(0, offer?.Slots ?? 0).FirstOrDefault(one => !_taken.ContainsValue(one), -1);
            if (slot < 0 || _draining || !_replicas.TryAdd(key, replica))
                throw new InvalidOperationException(
                    $"Replica {key} finds no free slot: this silo has {offer?.Slots ?? 0}, {_taken.Count} are taken"
                    + (_draining ? ", and it is about to stop." : "."));
            return _taken[key] = slot;
        }
    }

    internal void Remove(string key)
    {
        lock (_taken)
            _taken.Remove(key);
        _replicas.TryRemove(key, out _);
    }

    internal void OnFailed(Exception error) => _failed.TrySetResult(error);
}
