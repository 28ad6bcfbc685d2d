namespace Sgl.Grains.Routing.Policies;

/// <summary>The replica with the fewest requests; of several the one with the fewest tokens queued.</summary>
public sealed class LeastLoaded : IRoutingPolicy
{
    private int _turn;

    public string Name => "least_loaded";

    public int Choose(int promptTokens, ReadOnlySpan<Candidate> candidates)
    {
        int first = (int)((uint)_turn++ % candidates.Length);
        int best = first;
        for (int i = 1; i < candidates.Length; i++)
        {
            int at = (first + i) % candidates.Length;
            if (Load(candidates[at]).CompareTo(Load(candidates[best])) < 0)
                best = at;
        }
        return best;
    }

    private static (int, long) Load(Candidate candidate) => (candidate.Requests, candidate.QueuedTokens);
}
