namespace Sgl.Grains.Routing.Policies;

/// <summary>
/// The replica where the prompt costs least, in tokens of prefill: those that it lacks, twice, for the request waits
/// for them and so does who comes after it; those that are queued before it; those that it would push out of a full KV
/// pool; and a little for each request that shares the steps. One that has more than its share of the requests is not
/// asked, however much of the prompt it has.
/// </summary>
public sealed class CacheAware : IRoutingPolicy
{
    public const string PolicyName = "cache_aware";

    /// <summary>What a request that runs beside another costs it, in tokens of prefill.</summary>
    public const int TokensPerRequest = 16;

    /// <summary>A replica may have this much of the mean number of requests...</summary>
    public const double Share = 1.25;

    /// <summary>... and so many more: few requests need no balance.</summary>
    public const int Slack = 4;

    private int _turn;

    public string Name => PolicyName;

    public int Choose(int promptTokens, ReadOnlySpan<Candidate> candidates)
    {
        long requests = 1;
        foreach (Candidate candidate in candidates)
            requests += candidate.Requests;
        double bound = (Share * requests / candidates.Length) + Slack;

        // Among equals the turn goes round: the first must not get all prompts that no one knows.
        int best = -1;
        long least = long.MaxValue;
        int first = (int)((uint)_turn++ % candidates.Length);
        for (int i = 0; i < candidates.Length; i++)
        {
            int at = (first + i) % candidates.Length;
            long cost = Cost(promptTokens, candidates[at]);
            if (candidates[at].Requests < bound && cost < least)
                (best, least) = (at, cost);
        }
        return best;
    }

    private static long Cost(int promptTokens, Candidate candidate)
    {
        long prefill = promptTokens - candidate.CachedTokens;
        long evicted = Math.Max(0, prefill - candidate.FreeTokens);
        return (2 * prefill) + evicted + candidate.QueuedTokens + ((long)TokensPerRequest * candidate.Requests);
    }
}
