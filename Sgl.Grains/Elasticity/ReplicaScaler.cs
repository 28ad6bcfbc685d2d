using Sgl.Grains.Abstractions;

namespace Sgl.Grains.Elasticity;

/// <summary>
/// How many replicas a model should have. Up at once when requests wait, for whoever waits waits for that; down only
/// after quiet, one by one, for a model is loaded more slowly than it is dropped.
/// </summary>
internal sealed class ReplicaScaler(ScalingRules rules, TimeProvider time)
{
    /// <summary>From one change to the next one up: the last one must have had an effect.</summary>
    private static readonly TimeSpan _upPause = TimeSpan.FromSeconds(2);

    private long _busy = time.GetTimestamp();
    private long _changed;

    /// <summary>As of the last decision.</summary>
    public int Desired { get; private set; }

    /// <param name="slots">That silos offer.</param>
    /// <param name="replicas">Those that serve or are about to.</param>
    public int Decide(int slots, IReadOnlyCollection<ReplicaLoad> replicas, IReadOnlyCollection<GatewayDemand> gateways)
    {
        int min = Math.Min(rules.MinReplicas ?? slots, slots);
        int max = Math.Min(rules.MaxReplicas ?? slots, slots);
        int held = gateways.Sum(gateway => gateway.Held);
        int running = gateways.Sum(gateway => gateway.Running);
        if (held + running > 0)
            _busy = time.GetTimestamp();

        int ready = replicas.Count(replica => replica.State == ReplicaState.Ready);
        bool overloaded = ready > 0 && (
            replicas.Sum(replica => replica.QueuedRequests) > rules.QueuedPerReplica * ready
            || gateways.Any(gateway => gateway.FirstTokenSeconds > rules.FirstTokenTarget.TotalSeconds));
        int desired = Desired;
        if (held > 0 && replicas.Count == 0)
            desired = Math.Max(1, desired);
        else if (overloaded && ready == replicas.Count && Passed(_changed, _upPause))
            desired = replicas.Count + 1;
        else if (Passed(_busy, rules.IdleTime))
            desired = 0;
        desired = Math.Clamp(desired, Math.Min(min, max), max);
        if (desired != Desired)
            _changed = time.GetTimestamp();
        return Desired = desired;
    }

    private bool Passed(long since, TimeSpan span) => since == 0 || time.GetElapsedTime(since) > span;
}
