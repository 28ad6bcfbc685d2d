namespace Sgl.Grains.Routing;

/// <summary>
/// A way to choose a replica; <see cref="RoutingPolicies"/> lists them. One that keeps state keeps it for one router,
/// which never asks twice at a time.
/// </summary>
public interface IRoutingPolicy
{
    /// <summary>As --routing-policy spells it.</summary>
    string Name { get; }

    /// <summary>The index of the replica that is to have a prompt of so many tokens.</summary>
    /// <param name="candidates">At least one.</param>
    int Choose(int promptTokens, ReadOnlySpan<Candidate> candidates);
}
