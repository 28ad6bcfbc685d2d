namespace Sgl.Engine.Sampling.Grammar;

/// <summary>
/// Turns syntax trees into automaton nodes, from their ends to their beginnings: equal continuations are one node.
/// </summary>
internal sealed class AutomatonBuilder
{
    private readonly List<AutomatonNode> _nodes = [];
    private readonly Dictionary<AutomatonNode, int> _known = [];
    private readonly Dictionary<int, int> _twins = [];

    /// <summary>Tokens of fewer bytes cannot tell a node and its twin apart.</summary>
    public const int Horizon = 32;

    /// <exception cref="GrammarException">There are too many nodes.</exception>
    public AutomatonBuilder(GrammarRules rules)
    {
        Starts = new int[rules.Count];
        for (int rule = 0; rule < rules.Count; rule++)
            Starts[rule] = Build(rules.Body(rule), Add(new AutomatonNode(AutomatonNodeKind.End, 0, 0, -1, 0)));
        Nodes = [.. _nodes];
        Twins = [.. Enumerable.Range(0, Nodes.Length).Select(state => _twins.GetValueOrDefault(state, state))];
    }

    public AutomatonNode[] Nodes { get; }

    /// <summary>By node: one that is like it for <see cref="Horizon"/> bytes, or itself.</summary>
    public int[] Twins { get; }

    /// <summary>By rule.</summary>
    public int[] Starts { get; }

    public static GrammarException TooLarge() => new(
        $"The grammar is too large: its automaton needs more than {GrammarLimits.AutomatonStates} states; lower the "
        + "bounds of its repetitions.");

    /// <returns>Where a text begins that is of the node and goes on at <paramref name="next"/>.</returns>
    private int Build(GrammarNode node, int next)
    {
        switch (node)
        {
            case GrammarNode.Character character:
                return Fork([.. Utf8Sequences.Of(character.Set).Select(sequence =>
                    sequence.Reverse().Aggregate(next, (target, range) => Edge(range.Low, range.High, target)))
                    .Distinct()]);
            case GrammarNode.Literal literal:
                byte[] bytes = System.Text.Encoding.UTF8.GetBytes(literal.Text);
                return bytes.Reverse().Aggregate(next, (target, value) => Edge(value, value, target));
            case GrammarNode.Sequence sequence:
                return sequence.Items.Reverse().Aggregate(next, (target, item) => Build(item, target));
            case GrammarNode.Choice choice:
                return Fork([.. choice.Options.Select(option => Build(option, next)).Distinct()]);
            case GrammarNode.Reference reference:
                return Share(new AutomatonNode(AutomatonNodeKind.Call, 0, 0, reference.Rule, next));
            case GrammarNode.Repeat repeat:
                return BuildRepeat(repeat, next);
            default:
                throw new ArgumentException($"{node.GetType().Name} is no grammar node that is known.", nameof(node));
        }
    }

    private int BuildRepeat(GrammarNode.Repeat repeat, int next)
    {
        int entry = next;
        if (repeat.Maximum is int maximum)
        {
            entry = BuildCopies(maximum - repeat.Minimum, entry, after => Fork([Build(repeat.Body, after), next]));
        }
        else
        {
            entry = Add(new AutomatonNode(AutomatonNodeKind.Fork, 0, 0, -1, 0));
            _nodes[entry] = _nodes[entry] with { Forks = [Build(repeat.Body, entry), next] };
        }
        return BuildCopies(repeat.Minimum, entry, after => Build(repeat.Body, after));
    }

    /// <summary>
    /// A token that is shorter than <see cref="Horizon"/> cannot tell copies apart that are further from the last one,
    /// so those are twins of the first that is so far.
    /// </summary>
    private int BuildCopies(int count, int entry, Func<int, int> build)
    {
        int first = 0, size = 0;
        for (int copy = 0; copy < count; copy++)
        {
            int start = _nodes.Count;
            entry = build(entry);
            if (copy == Horizon)
                (first, size) = (start, _nodes.Count - start);
            if (copy <= Horizon || _nodes.Count - start != size)
                continue;
            for (int i = 0; i < size; i++)
                _twins[start + i] = _twins.GetValueOrDefault(first + i, first + i);
        }
        return entry;
    }

    private int Edge(byte low, byte high, int target) =>
        Share(new AutomatonNode(AutomatonNodeKind.Byte, low, high, -1, target));

    private int Fork(int[] targets) => targets.Length == 1
        ? targets[0] : Add(new AutomatonNode(AutomatonNodeKind.Fork, 0, 0, -1, 0) { Forks = targets });

    private int Share(AutomatonNode node)
    {
        if (!_known.TryGetValue(node, out int state))
            _known[node] = state = Add(node);
        return state;
    }

    private int Add(AutomatonNode node)
    {
        if (_nodes.Count >= GrammarLimits.AutomatonStates)
            throw TooLarge();
        _nodes.Add(node);
        return _nodes.Count - 1;
    }
}
