using Sgl.Engine.Cache;

namespace Sgl.Engine.Scheduling.Policies;

/// <summary>
/// Walks the radix tree depth first, at each fork into the branch that most waiting sequences end in: those that share
/// a prefix are admitted together.
/// </summary>
internal sealed class DepthFirstWeight : ISchedulePolicy
{
    public string Name => "dfs-weight";

    public void Order(List<Sequence> waiting, PrefixCache cache, Random random)
    {
        waiting.Sort((a, b) => a.Ticket.CompareTo(b.Ticket));
        List<Branch> roots = Branches(waiting, cache, out List<Sequence> unmatched);
        waiting.Clear();

        // An explicit stack: a tree may be as deep as a prompt is long.
        Stack<(Branch Branch, bool Below)> walk = new();
        Push(walk, roots);
        while (walk.TryPop(out (Branch Branch, bool Below) at))
        {
            if (at.Below)
            {
                waiting.AddRange(at.Branch.Ending);
                continue;
            }
            walk.Push((at.Branch, true));
            Push(walk, at.Branch.Forks);
        }
        waiting.AddRange(unmatched);
    }

    /// <summary>The heaviest comes to lie on top; of equals, the one met first.</summary>
    private static void Push(Stack<(Branch Branch, bool Below)> walk, List<Branch> branches)
    {
        foreach (Branch branch in branches.OrderByDescending(branch => branch.Weight).Reverse())
            walk.Push((branch, false));
    }

    /// <summary>The part of the tree that waiting sequences pass through.</summary>
    private static List<Branch> Branches(List<Sequence> waiting, PrefixCache cache, out List<Sequence> unmatched)
    {
        Dictionary<RadixNode, Branch> branches = [];
        List<Branch> roots = [];
        unmatched = [];
        foreach (Sequence sequence in waiting)
        {
            RadixNode? end = cache.Find(sequence.CacheSpace, sequence.Matchable).Node;
            if (end is null)
                unmatched.Add(sequence);
            Branch? below = null;
            for (RadixNode? node = end; node is not null; node = node.Parent)
            {
                bool known = branches.TryGetValue(node, out Branch? branch);
                if (!known)
                    branches[node] = branch = new Branch();
                branch!.Weight++;
                if (node == end)
                    branch.Ending.Add(sequence);
                if (below is not null)
                    branch.Forks.Add(below);
                below = known ? null : branch;
            }
            if (below is not null)
                roots.Add(below);
        }
        return roots;
    }

    private sealed class Branch
    {
        /// <summary>Waiting sequences that end here or below.</summary>
        public int Weight { get; set; }

        public List<Branch> Forks { get; } = [];

        public List<Sequence> Ending { get; } = [];
    }
}
