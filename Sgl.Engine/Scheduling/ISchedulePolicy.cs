using Sgl.Engine.Cache;

namespace Sgl.Engine.Scheduling;

/// <summary>An order in which waiting sequences are admitted; <see cref="SchedulePolicies"/> lists them.</summary>
internal interface ISchedulePolicy
{
    /// <summary>As --schedule-policy spells it.</summary>
    string Name { get; }

    /// <summary>Puts the next to be admitted first. Equals keep the order of their tickets.</summary>
    void Order(List<Sequence> waiting, PrefixCache cache, Random random);
}
