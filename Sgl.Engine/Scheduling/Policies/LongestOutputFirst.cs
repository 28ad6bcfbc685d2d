using Sgl.Engine.Cache;

namespace Sgl.Engine.Scheduling.Policies;

/// <summary>What may generate most goes first, so that no long request is left to run alone at the end.</summary>
internal sealed class LongestOutputFirst : ISchedulePolicy
{
    public string Name => "lof";

    public void Order(List<Sequence> waiting, PrefixCache cache, Random random) =>
        waiting.Sort((a, b) => (b.Remaining, a.Ticket).CompareTo((a.Remaining, b.Ticket)));
}
