using Sgl.Grains.Abstractions;

namespace Sgl.Grains.Routing;

/// <summary>
/// What a router knows of one activation of a replica: its own word, and what this router has sent it.
/// </summary>
internal sealed class KnownReplica(string id, Guid epoch, TimeProvider time)
{
    private readonly HashSet<RouteLease> _leases = [];
    private long _reported = time.GetTimestamp();
    private long? _suspected;

    public string Id => id;

    public Guid Epoch => epoch;

    public ReplicaBlocks Blocks { get; } = new(time);

    public ReplicaLoad Load { get; private set; } = new() { State = ReplicaState.Loading };

    /// <summary>Reports heard; a request is in the second one after it was sent, unless a step takes long.</summary>
    public int Reports { get; private set; }

    /// <summary>Requests of this router that are there.</summary>
    public int Leases => _leases.Count;

    /// <summary>It takes requests, and no one has seen it fail since it was last heard.</summary>
    public bool IsReady => Load.State == ReplicaState.Ready && _suspected is null;

    /// <summary>It reports as often as a replica does that is well.</summary>
    public bool IsFresh => time.GetElapsedTime(_reported) <= Router.StaleAfter;

    public void OnLoad(ReplicaLoad load)
    {
        Load = load;
        Reports++;
        _reported = time.GetTimestamp();

        // A report may have been on its way already when the replica failed.
        if (_suspected is { } since && time.GetElapsedTime(since) >= Router.SuspicionAtLeast)
            _suspected = null;
    }

    public void Suspect() => _suspected = time.GetTimestamp();

    public void Add(RouteLease lease) => _leases.Add(lease);

    public void Remove(RouteLease lease) => _leases.Remove(lease);

    /// <summary>
    /// Its reports, and what they cannot know of yet. They may be late, and other routers' requests are in them: what
    /// this router has there is the least there can be.
    /// </summary>
    public Candidate AsCandidate(int cachedTokens)
    {
        int unseen = 0;
        long unseenTokens = 0;
        long tokens = 0;
        foreach (RouteLease lease in _leases)
        {
            tokens += lease.TokensToPrefill;
            if (Reports - lease.ReportsBefore >= 2)
                continue;
            unseen++;
            unseenTokens += lease.TokensToPrefill;
        }
        return new Candidate(
            cachedTokens,
            Math.Max(Load.RunningRequests + Load.QueuedRequests + unseen, _leases.Count),
            Math.Max(Load.QueuedTokens + unseenTokens, tokens),
            Math.Max(0, Load.FreeTokens - unseenTokens));
    }
}
