using Sgl.Engine.Requests;
using Sgl.Grains.Routing.Policies;

namespace Sgl.Grains.Routing;

/// <summary>The routing policies by name.</summary>
public static class RoutingPolicies
{
    public const string Default = CacheAware.PolicyName;

    /// <summary>What --routing-policy accepts.</summary>
    public static IReadOnlyList<string> Names => [.. All().Select(policy => policy.Name)];

    /// <exception cref="UserErrorException">No policy announces that name.</exception>
    public static IRoutingPolicy Create(string name) =>
        All().FirstOrDefault(policy => policy.Name == name)
            ?? throw new UserErrorException(
                $"--routing-policy {name} is unknown; the policies are {string.Join(", ", Names)}.");

    private static IRoutingPolicy[] All() =>
        [new CacheAware(), new LeastLoaded(), new RoundRobin(), new RandomChoice(new Random())];
}
