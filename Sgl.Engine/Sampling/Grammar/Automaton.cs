namespace Sgl.Engine.Sampling.Grammar;

/// <summary>
/// The rules as one pushdown automaton over bytes. A state is either a byte edge, which takes a byte and goes on at its
/// target, or a call, which goes through a rule first. Only states from which a text can still end are left.
/// </summary>
internal sealed class Automaton
{
    private readonly AutomatonNode[] _nodes;

    /// <summary>By target: the byte edges and calls that are next there.</summary>
    private readonly int[]?[] _next;

    /// <summary>By target: whether the rule may end there.</summary>
    private readonly bool[] _ends;

    private readonly bool[] _nullable;
    private readonly int[] _starts;

    /// <exception cref="GrammarException">
    /// No text matches, a rule begins with itself, or the automaton is too large.
    /// </exception>
    public Automaton(GrammarRules rules)
    {
        AutomatonBuilder builder = new(rules);
        (_nodes, _starts, Twins) = (builder.Nodes, builder.Starts, builder.Twins);
        bool[] live = Fixpoint(throughBytes: true);
        if (!live[_starts[0]])
            throw new GrammarException("No text matches the grammar.");
        bool[] empty = Fixpoint(throughBytes: false);
        _nullable = [.. _starts.Select(start => empty[start])];
        (_next, _ends) = Closures(live);
        RulePlaces = new RuleOrder(this, rules).Places;
        (ByteClasses, ClassBytes) = Classes(live);
    }

    /// <summary>By state: one that takes the same tokens, or itself.</summary>
    public int[] Twins { get; }

    public int RuleCount => _starts.Length;

    /// <summary>By rule: its place in an order in which each comes before those that it may begin with.</summary>
    public int[] RulePlaces { get; }

    /// <summary>[256]: bytes of the same class are alike everywhere in the automaton.</summary>
    public byte[] ByteClasses { get; }

    /// <summary>A byte of each class.</summary>
    public byte[] ClassBytes { get; }

    public int Start(int rule) => _starts[rule];

    /// <summary>The rule matches the empty text.</summary>
    public bool IsNullable(int rule) => _nullable[rule];

    public ReadOnlySpan<int> Next(int target) => _next[target];

    public bool Ends(int target) => _ends[target];

    public AutomatonNode Node(int state) => _nodes[state];

    /// <summary>Nothing comes after the call in its own rule.</summary>
    public bool IsTailCall(int state) => _ends[_nodes[state].Target] && _next[_nodes[state].Target]!.Length == 0;

    /// <summary>The states from which their rule's end can be reached.</summary>
    /// <param name="throughBytes">Or, when false, without a byte.</param>
    private bool[] Fixpoint(bool throughBytes)
    {
        List<int>?[] dependents = new List<int>?[_nodes.Length];
        bool[] reached = new bool[_nodes.Length];
        Stack<int> work = new();
        for (int state = 0; state < _nodes.Length; state++)
        {
            AutomatonNode node = _nodes[state];
            if (node.Kind == AutomatonNodeKind.End)
                work.Push(state);
            foreach (int fork in node.Forks)
                (dependents[fork] ??= []).Add(state);
            if (node.Kind == AutomatonNodeKind.Call || node.Kind == AutomatonNodeKind.Byte && throughBytes)
                (dependents[node.Target] ??= []).Add(state);
            if (node.Kind == AutomatonNodeKind.Call)
                (dependents[_starts[node.Rule]] ??= []).Add(state);
        }
        while (work.TryPop(out int state))
        {
            if (reached[state])
                continue;
            reached[state] = true;
            foreach (int dependent in dependents[state] ?? [])
            {
                AutomatonNode node = _nodes[dependent];
                if (node.Kind != AutomatonNodeKind.Call || reached[node.Target] && reached[_starts[node.Rule]])
                    work.Push(dependent);
            }
        }
        return reached;
    }

    /// <summary>Follows the forks behind every target.</summary>
    private (int[]?[] Next, bool[] Ends) Closures(bool[] live)
    {
        int[]?[] next = new int[]?[_nodes.Length];
        bool[] ends = new bool[_nodes.Length];
        int[] seen = new int[_nodes.Length];
        Stack<int> work = new();
        List<int> found = [];
        long total = 0;
        foreach (int target in _nodes.Where(node => node.Kind != AutomatonNodeKind.Fork).Select(node => node.Target)
            .Concat(_starts).Distinct())
        {
            found.Clear();
            work.Push(target);
            while (work.TryPop(out int state))
            {
                if (seen[state] == target + 1 || !live[state])
                    continue;
                seen[state] = target + 1;
                AutomatonNode node = _nodes[state];
                if (node.Kind == AutomatonNodeKind.End)
                    ends[target] = true;
                else if (node.Kind != AutomatonNodeKind.Fork)
                    found.Add(state);
                for (int i = node.Forks.Length - 1; i >= 0; i--)
                    work.Push(node.Forks[i]);
            }
            next[target] = [.. found];
            total += found.Count;
            if (total > 20L * GrammarLimits.AutomatonStates)
                throw AutomatonBuilder.TooLarge();
        }
        return (next, ends);
    }

    private (byte[] Classes, byte[] Bytes) Classes(bool[] live)
    {
        bool[] begins = new bool[257];
        for (int state = 0; state < _nodes.Length; state++)
        {
            if (_nodes[state].Kind != AutomatonNodeKind.Byte || !live[state])
                continue;
            begins[_nodes[state].Low] = true;
            begins[_nodes[state].High + 1] = true;
        }
        byte[] classes = new byte[256];
        List<byte> bytes = [0];
        for (int value = 1; value < 256; value++)
        {
            if (begins[value])
                bytes.Add((byte)value);
            classes[value] = (byte)(bytes.Count - 1);
        }
        return (classes, [.. bytes]);
    }
}
