using System.Runtime.InteropServices;
using Sgl.Engine.Cache;

namespace Sgl.Engine.Scheduling.Policies;

internal sealed class RandomOrder : ISchedulePolicy
{
    public string Name => "random";

    public void Order(List<Sequence> waiting, PrefixCache cache, Random random) =>
        random.Shuffle(CollectionsMarshal.AsSpan(waiting));
}
