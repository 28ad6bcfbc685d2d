using Sgl.Engine.Cache;

namespace Sgl.Engine.Scheduling.Policies;

internal sealed class FirstComeFirstServed : ISchedulePolicy
{
    public string Name => "fcfs";

    public void Order(List<Sequence> waiting, PrefixCache cache, Random random) =>
        waiting.Sort((a, b) => a.Ticket.CompareTo(b.Ticket));
}
