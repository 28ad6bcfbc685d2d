namespace Sgl.Grains.Routing.Policies;

/// <summary>One after another.</summary>
public sealed class RoundRobin : IRoutingPolicy
{
    private int _turn;

    public string Name => "round_robin";

    public int Choose(int promptTokens, ReadOnlySpan<Candidate> candidates) =>
        (int)((uint)_turn++ % candidates.Length);
}
