namespace Sgl.Engine.Text.Tokenizing.Patterns;

/// <summary>Turns a syntax tree into a program. Its first instruction is always a Branch.</summary>
internal sealed class PatternCompiler
{
    private const int MostInstructions = 20_000;

    private const int MostOptions = 64;

    private readonly List<PatternInstruction> _program = [];

    /// <exception cref="FormatException">
    /// The pattern is too large, or repeats what may be empty without limit.
    /// </exception>
    public static PatternInstruction[] Compile(PatternNode node)
    {
        var compiler = new PatternCompiler();
        compiler.Choice(node is PatternNode.Choice choice ? choice.Options : [node]);
        compiler.Add(new PatternInstruction { Step = PatternStep.Accept });
        return [.. compiler._program];
    }

    private void Emit(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.Set set:
                Add(new PatternInstruction { Step = PatternStep.Set, Set = set.CodePoints });
                break;
            case PatternNode.Sequence sequence:
                foreach (var item in sequence.Items) Emit(item);
                break;
            case PatternNode.Choice choice:
                Choice(choice.Options);
                break;
            case PatternNode.Repeat { Body: PatternNode.Set } repeat:
                Add(Loop(repeat, possessive: false));
                break;
            case PatternNode.Repeat repeat:
                Repeat(repeat);
                break;
            case PatternNode.Atomic { Body: PatternNode.Repeat { Body: PatternNode.Set } repeat }:
                Add(Loop(repeat, possessive: true));
                break;
            case PatternNode.Atomic atomic:
                Nested(atomic.Body, new PatternInstruction { Step = PatternStep.Atomic });
                break;
            case PatternNode.Look look:
                Nested(look.Body, new PatternInstruction
                {
                    Step = PatternStep.Look,
                    Behind = look.Behind,
                    Negated = look.Negated,
                    Maximum = look.Behind ? Longest(look.Body) : 0,
                });
                break;
            case PatternNode.Anchor anchor:
                Add(new PatternInstruction { Step = PatternStep.Anchor, Anchor = anchor.Kind });
                break;
        }
    }

    private static PatternInstruction Loop(PatternNode.Repeat repeat, bool possessive) => new()
    {
        Step = PatternStep.Loop,
        Set = ((PatternNode.Set)repeat.Body).CodePoints,
        Minimum = repeat.Minimum,
        Maximum = repeat.Maximum,
        Lazy = repeat.Lazy,
        Possessive = possessive,
    };

    private void Nested(PatternNode body, PatternInstruction instruction)
    {
        Add(instruction);
        Emit(body);
        Add(new PatternInstruction { Step = PatternStep.Accept });
        instruction.Target = _program.Count;
    }

    private void Choice(IReadOnlyList<PatternNode> options)
    {
        if (options.Count > MostOptions)
        {
            var rest = new PatternNode.Choice([.. options.Skip(MostOptions - 1)]);
            options = [.. options.Take(MostOptions - 1), rest];
        }

        var branch = Branch(options);
        var jumps = new List<PatternInstruction>();
        for (var i = 0; i < options.Count; i++)
        {
            branch.Options[i] = _program.Count;
            Emit(options[i]);
            if (i < options.Count - 1) jumps.Add(Add(new PatternInstruction { Step = PatternStep.Jump }));
        }

        foreach (var jump in jumps) jump.Target = _program.Count;
    }

    private void Repeat(PatternNode.Repeat repeat)
    {
        for (var i = 0; i < repeat.Minimum; i++) Emit(repeat.Body);
        if (repeat.Maximum == int.MaxValue)
        {
            if (PatternStart.Of(repeat.Body).MayBeEmpty)
                throw new FormatException("the pattern repeats something that may be empty without limit");
            var again = _program.Count;
            var branch = OnceMore(repeat);
            Add(new PatternInstruction { Step = PatternStep.Jump, Target = again });
            branch.Options[repeat.Lazy ? 0 : 1] = _program.Count;
            return;
        }

        var exits = new List<PatternInstruction>();
        for (var i = repeat.Minimum; i < repeat.Maximum; i++) exits.Add(OnceMore(repeat));
        foreach (var exit in exits) exit.Options[repeat.Lazy ? 0 : 1] = _program.Count;
    }

    /// <summary>A branch between the body, which it emits, and an exit that the caller sets.</summary>
    private PatternInstruction OnceMore(PatternNode.Repeat repeat)
    {
        var exit = new PatternNode.Sequence([]);
        var branch = Branch(repeat.Lazy ? [exit, repeat.Body] : [repeat.Body, exit]);
        branch.Options[repeat.Lazy ? 1 : 0] = _program.Count;
        Emit(repeat.Body);
        return branch;
    }

    /// <summary>The most UTF-16 units that a match of a lookbehind's body takes.</summary>
    private static int Longest(PatternNode node) => node switch
    {
        PatternNode.Set => 2,
        PatternNode.Choice choice => choice.Options.Max(Longest),
        PatternNode.Sequence sequence => sequence.Items.Sum(Longest),
        PatternNode.Atomic atomic => Longest(atomic.Body),
        PatternNode.Repeat { Maximum: < 1000 } repeat => repeat.Maximum * Longest(repeat.Body),
        PatternNode.Repeat => throw new FormatException("the pattern looks behind without a limit"),
        _ => 0,
    };

    private PatternInstruction Branch(IReadOnlyList<PatternNode> options)
    {
        var viable = new ulong[PatternInstruction.TextEnd + 1];
        for (var i = 0; i < options.Count; i++)
        {
            var start = PatternStart.Of(options[i]);
            for (var next = 0; next < viable.Length; next++)
            {
                if (start.Allows(next)) viable[next] |= 1ul << i;
            }
        }

        return Add(new PatternInstruction
        {
            Step = PatternStep.Branch,
            Options = new int[options.Count],
            Viable = viable,
        });
    }

    private PatternInstruction Add(PatternInstruction instruction)
    {
        if (_program.Count == MostInstructions) throw new FormatException("the pattern is too large");
        _program.Add(instruction);
        return instruction;
    }
}
