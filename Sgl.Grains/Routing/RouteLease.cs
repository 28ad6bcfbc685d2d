namespace Sgl.Grains.Routing;

/// <summary>
/// A request's place at a replica, from the decision until the request is there no more. As long as the replica's
/// reports cannot know of it, the router counts it by itself.
/// </summary>
public sealed class RouteLease : IDisposable
{
    private readonly Router _router;

    internal RouteLease(Router router, KnownReplica replica, int cachedTokens, int tokensToPrefill)
    {
        _router = router;
        Replica = replica;
        CachedTokens = cachedTokens;
        TokensToPrefill = tokensToPrefill;
        ReportsBefore = replica.Reports;
    }

    public string ReplicaId => Replica.Id;

    /// <summary>Prompt tokens that the router believes to be cached there.</summary>
    public int CachedTokens { get; }

    internal KnownReplica Replica { get; }

    internal int TokensToPrefill { get; set; }

    internal int ReportsBefore { get; }

    /// <summary>The first token came: the prompt is computed.</summary>
    public void Started() => _router.OnStarted(this);

    /// <summary>
    /// The request has ended there, and its keys stay: the blocks of prompt and output, for whoever goes on from them
    /// before the replica's own word is here.
    /// </summary>
    public void Ended(ReadOnlySpan<ulong> blocks) => _router.OnEnded(this, blocks);

    /// <summary>The request is there no more.</summary>
    public void Dispose() => _router.OnEnded(this, []);
}
