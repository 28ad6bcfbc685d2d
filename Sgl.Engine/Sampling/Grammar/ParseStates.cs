using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sgl.Engine.Sampling.Grammar;

/// <summary>
/// Runs the automaton over all its possibilities at once, and remembers the states it came by. A rule that is called
/// from several places at the same byte runs once for all of them, so ambiguity costs no more than its distinct places.
/// Not for two threads at once.
/// </summary>
internal sealed class ParseStates
{
    private readonly Automaton _automaton;
    private readonly byte[] _classes;
    private readonly Dictionary<Key, StackNode> _stacks = [];
    private readonly Dictionary<Key, ParseState> _states = [];
    private readonly StackNode _root = new(0, [(StackNode.Accept, null)]);
    private readonly StackNode _unknown = new(1, [(StackNode.Escape, null)]);
    private int _nextId = 2;

    // What one step gathers.
    private readonly Stack<(int Target, StackNode Stack, bool Returns)> _work = new();
    private readonly HashSet<(int, StackNode)> _seen = [];
    private readonly HashSet<(int Edge, StackNode Stack)> _edges = [];
    private readonly HashSet<(int Target, StackNode? Parent)>?[] _returns;
    private readonly PriorityQueue<int, int> _called = new();
    private bool _accepts;
    private bool _escapes;

    public ParseStates(Automaton automaton)
    {
        _automaton = automaton;
        _classes = automaton.ByteClasses;
        _returns = new HashSet<(int, StackNode?)>?[automaton.RuleCount];
        Call(0, (StackNode.Accept, null));
        _accepts = automaton.IsNullable(0);
        Start = Finish();
    }

    public ParseState Start { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ParseState Step(ParseState state, byte value) =>
        state.Steps is { } steps && steps[_classes[value]] is { } known ? known : Remember(state, value);

    /// <summary>
    /// The state taken apart by stack, with each stack forgotten: what is left depends on the grammar alone, and there
    /// is little of it however deep the stack; of the twins, however long the repetitions.
    /// </summary>
    public IEnumerable<(StackNode Stack, ParseState Place, ParseState Twin)> Places(ParseState state)
    {
        foreach (IGrouping<StackNode, int> group in state.Edges.Zip(state.Stacks).GroupBy(
            place => place.Second, place => place.First))
        {
            int[] edges = [.. group];
            int[] twins = [.. edges.Select(edge => _automaton.Twins[edge]).Distinct().Order()];
            yield return (group.Key, WithoutStack(edges), WithoutStack(twins));
        }
    }

    /// <summary>Behind the end of the rule that has the stack.</summary>
    public ParseState After(StackNode stack)
    {
        if (stack.After is { } known)
            return known;
        Return(stack);
        Drain();
        return stack.After = Finish();
    }

    /// <summary>
    /// Forgets what is too much, but for what was found out about tokens; states that someone still holds stay good.
    /// Not within a step.
    /// </summary>
    public void Trim()
    {
        if (_states.Count <= GrammarLimits.ParseStates)
            return;
        foreach ((Key key, ParseState state) in _states)
        {
            (state.Steps, state.Mask) = (null, null);
            if (state.ShortTokens is null && state.LongTokens is null)
                _states.Remove(key);
        }
        (Start.Steps, Start.Mask) = (null, null);
        foreach (StackNode stack in _stacks.Values)
            stack.After = null;
        _stacks.Clear();
    }

    private ParseState WithoutStack(int[] edges)
    {
        StackNode[] stacks = new StackNode[edges.Length];
        Array.Fill(stacks, _unknown);
        return Intern(edges, stacks, accepts: false, escapes: false);
    }

    private ParseState Remember(ParseState state, byte value)
    {
        ParseState next = Compute(state, value);
        (state.Steps ??= new ParseState?[_automaton.ClassBytes.Length])[_classes[value]] = next;
        return next;
    }

    private ParseState Compute(ParseState state, byte value)
    {
        for (int i = 0; i < state.Edges.Length; i++)
        {
            AutomatonNode node = _automaton.Node(state.Edges[i]);
            if (node.Low <= value && value <= node.High)
                Reach(node.Target, state.Stacks[i], returns: true);
        }
        return Finish();
    }

    /// <param name="returns">
    /// Ending the rule returns from it; not so at its very start, where the caller has stepped over it already.
    /// </param>
    private void Reach(int from, StackNode on, bool returns)
    {
        _work.Push((from, on, returns));
        Drain();
    }

    private void Drain()
    {
        while (_work.TryPop(out (int Target, StackNode Stack, bool Returns) place))
        {
            (int target, StackNode stack, _) = place;
            if (!_seen.Add((target, stack)))
                continue;
            foreach (int state in _automaton.Next(target))
            {
                AutomatonNode node = _automaton.Node(state);
                if (node.Kind == AutomatonNodeKind.Byte)
                {
                    _edges.Add((state, stack));
                    continue;
                }
                // A tail call returns where its caller would: lists written by recursion need no stack.
                if (_automaton.IsTailCall(state))
                    Array.ForEach(stack.Returns, target => Call(node.Rule, target));
                else
                    Call(node.Rule, (node.Target, stack));
                if (_automaton.IsNullable(node.Rule))
                    _work.Push((node.Target, stack, place.Returns));
            }
            if (place.Returns && _automaton.Ends(target))
                Return(stack);
        }
    }

    private void Return(StackNode stack)
    {
        foreach ((int target, StackNode? parent) in stack.Returns)
        {
            _accepts |= target == StackNode.Accept;
            _escapes |= target == StackNode.Escape;
            if (parent is not null)
                _work.Push((target, parent, true));
        }
    }

    private void Call(int rule, (int Target, StackNode? Parent) returns)
    {
        HashSet<(int, StackNode?)> all = _returns[rule] ??= [];
        if (all.Count == 0)
            _called.Enqueue(rule, _automaton.RulePlaces[rule]);
        all.Add(returns);
    }

    /// <summary>Begins the rules that were called, callers first, and makes a state of all that was reached.</summary>
    private ParseState Finish()
    {
        while (_called.TryDequeue(out int rule, out _))
        {
            HashSet<(int, StackNode?)> returns = _returns[rule]!;
            StackNode stack = Intern(returns);
            returns.Clear();
            Reach(_automaton.Start(rule), stack, returns: false);
        }
        (int Edge, StackNode Stack)[] places = [.. _edges];
        Array.Sort(places, (a, b) => (a.Edge, a.Stack.Id).CompareTo((b.Edge, b.Stack.Id)));
        ParseState state = Intern(
            Array.ConvertAll(places, place => place.Edge), Array.ConvertAll(places, place => place.Stack),
            _accepts, _escapes);
        _seen.Clear();
        _edges.Clear();
        _accepts = _escapes = false;
        return state;
    }

    private StackNode Intern(HashSet<(int Target, StackNode? Parent)> returns)
    {
        (int Target, StackNode? Parent)[] sorted =
            [.. returns.OrderBy(entry => entry.Target).ThenBy(entry => entry.Parent?.Id ?? -1)];
        if (sorted is [(StackNode.Accept, _)])
            return _root;
        if (sorted is [(StackNode.Escape, _)])
            return _unknown;
        Key key = new([.. sorted.SelectMany(entry => new[] { entry.Target, entry.Parent?.Id ?? -1 })]);
        ref StackNode? stack = ref CollectionsMarshal.GetValueRefOrAddDefault(_stacks, key, out _);
        return stack ??= new StackNode(_nextId++, sorted);
    }

    private ParseState Intern(int[] edges, StackNode[] stacks, bool accepts, bool escapes)
    {
        int[] words = new int[2 * edges.Length + 1];
        words[0] = (accepts ? 1 : 0) | (escapes ? 2 : 0);
        for (int i = 0; i < edges.Length; i++)
            (words[2 * i + 1], words[2 * i + 2]) = (edges[i], stacks[i].Id);
        ref ParseState? state = ref CollectionsMarshal.GetValueRefOrAddDefault(_states, new Key(words), out _);
        return state ??= new ParseState(edges, stacks, accepts, escapes);
    }

    private readonly struct Key(int[] words) : IEquatable<Key>
    {
        private readonly int[] _words = words;

        public bool Equals(Key other) => _words.AsSpan().SequenceEqual(other._words);

        public override bool Equals(object? other) => other is Key key && Equals(key);

        public override int GetHashCode()
        {
            HashCode hash = new();
            hash.AddBytes(MemoryMarshal.AsBytes<int>(_words));
            return hash.ToHashCode();
        }
    }
}
