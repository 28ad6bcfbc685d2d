using System.Collections.Frozen;
using Sgl.Engine.Requests;
using Sgl.Engine.Scheduling.Policies;

namespace Sgl.Engine.Scheduling;

/// <summary>The schedule policies by name.</summary>
public static class SchedulePolicies
{
    private static readonly FrozenDictionary<string, ISchedulePolicy> _byName = ByUniqueName([
        new LongestPrefixMatch(),
        new FirstComeFirstServed(),
        new DepthFirstWeight(),
        new RandomOrder(),
        new LongestOutputFirst(),
    ]);

    /// <summary>What --schedule-policy accepts.</summary>
    public static IReadOnlyList<string> Names => _byName.Keys;

    internal static ISchedulePolicy Find(string name) =>
        _byName.TryGetValue(name, out ISchedulePolicy? policy)
            ? policy
            : throw new UserErrorException(
                $"--schedule-policy {name} is unknown; the policies are {string.Join(", ", Names.Order())}.");

    internal static FrozenDictionary<string, ISchedulePolicy> ByUniqueName(IReadOnlyList<ISchedulePolicy> policies)
    {
        if (policies.GroupBy(policy => policy.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new InvalidOperationException($"Two schedule policies are named {twice.Key}.");
        return policies.ToFrozenDictionary(policy => policy.Name);
    }
}
