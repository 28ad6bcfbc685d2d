namespace Sgl.Grains.Routing.Policies;

/// <summary>Any.</summary>
public sealed class RandomChoice(Random random) : IRoutingPolicy
{
    public string Name => "random";

    public int Choose(int promptTokens, ReadOnlySpan<Candidate> candidates) => random.Next(candidates.Length);
}
