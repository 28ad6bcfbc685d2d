namespace Sgl.Engine.Sampling.Grammar;

/// <summary>Numbers rules so that each comes before those that it may begin with.</summary>
internal sealed class RuleOrder
{
    private readonly Automaton _automaton;

    /// <exception cref="GrammarException">A rule begins with itself.</exception>
    public RuleOrder(Automaton automaton, GrammarRules rules)
    {
        _automaton = automaton;
        int[][] firsts = [.. Enumerable.Range(0, automaton.RuleCount).Select(Firsts)];
        int[] callers = new int[firsts.Length];
        foreach (int rule in firsts.SelectMany(first => first))
            callers[rule]++;
        Queue<int> free = new(Enumerable.Range(0, callers.Length).Where(rule => callers[rule] == 0));
        Places = new int[callers.Length];
        HashSet<int> ordered = [];
        while (free.TryDequeue(out int rule))
        {
            Places[rule] = ordered.Count;
            ordered.Add(rule);
            foreach (int first in firsts[rule])
            {
                if (--callers[first] == 0)
                    free.Enqueue(first);
            }
        }
        if (ordered.Count < callers.Length)
            throw new GrammarException(Complaint(rules, firsts, ordered));
    }

    /// <summary>By rule.</summary>
    public int[] Places { get; }

    /// <summary>The rules that may be called before the first byte of a rule.</summary>
    private int[] Firsts(int rule)
    {
        HashSet<int> seen = [], firsts = [];
        Stack<int> work = new([_automaton.Start(rule)]);
        while (work.TryPop(out int target))
        {
            foreach (int state in _automaton.Next(target))
            {
                AutomatonNode node = _automaton.Node(state);
                if (node.Kind != AutomatonNodeKind.Call || !seen.Add(state))
                    continue;
                firsts.Add(node.Rule);
                if (_automaton.IsNullable(node.Rule))
                    work.Push(node.Target);
            }
        }
        return [.. firsts];
    }

    private static string Complaint(GrammarRules rules, int[][] firsts, HashSet<int> ordered)
    {
        // Every rule that is left is on a cycle or behind one; backwards along callers one gets into it.
        int rule = Enumerable.Range(0, firsts.Length).First(candidate => !ordered.Contains(candidate));
        List<int> path = [];
        while (!path.Contains(rule))
        {
            path.Add(rule);
            rule = Enumerable.Range(0, firsts.Length).First(
                caller => !ordered.Contains(caller) && firsts[caller].Contains(path[^1]));
        }
        IEnumerable<int> cycle = path.Skip(path.IndexOf(rule)).Reverse();
        return "Left recursion: " + string.Join(" begins with ", cycle.Append(cycle.First()).Select(rules.Name))
            + "; put a repetition in its place.";
    }
}
