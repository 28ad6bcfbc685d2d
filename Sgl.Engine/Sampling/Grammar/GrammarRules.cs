namespace Sgl.Engine.Sampling.Grammar;

/// <summary>A grammar as rules that refer to each other; rule 0 is the whole text.</summary>
internal sealed class GrammarRules
{
    private readonly List<string> _names = [];
    private readonly List<GrammarNode> _bodies = [];

    public int Count => _names.Count;

    /// <summary>A grammar of one rule.</summary>
    public static GrammarRules Of(GrammarNode root)
    {
        GrammarRules rules = new();
        rules.Add("root", root);
        return rules;
    }

    /// <summary>How messages call a rule.</summary>
    public string Name(int rule) => _names[rule];

    public GrammarNode Body(int rule) => _bodies[rule];

    /// <summary>A rule whose body is yet to come.</summary>
    public int Declare(string name)
    {
        if (Count >= GrammarLimits.Rules)
            throw new GrammarException($"The grammar needs more than {GrammarLimits.Rules} rules, at {name}.");
        _names.Add(name);
        _bodies.Add(GrammarNode.Never);
        return Count - 1;
    }

    public void Define(int rule, GrammarNode body) => _bodies[rule] = body;

    public GrammarNode.Reference Add(string name, GrammarNode body)
    {
        int rule = Declare(name);
        Define(rule, body);
        return new GrammarNode.Reference(rule);
    }
}
