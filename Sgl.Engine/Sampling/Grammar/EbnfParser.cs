using System.Text;

namespace Sgl.Engine.Sampling.Grammar;

/// <summary>
/// Reads grammars such as xgrammar's and llama.cpp's: rules <c>name ::= ...</c> of "text", [classes], (groups), other
/// rules, | and * + ? {m,n}; # begins a comment, a dot is any character. The text is what the rule root says.
/// </summary>
internal sealed class EbnfParser
{
    private readonly GrammarCursor _cursor;
    private readonly GrammarRules _rules = new();
    private readonly Dictionary<string, int> _byName = [];
    private readonly Dictionary<string, int> _firstUse = [];
    private readonly HashSet<string> _defined = [];
    private int _depth;

    private EbnfParser(string text) => _cursor = new GrammarCursor(text);

    /// <exception cref="GrammarException">It is broken; the message names the place.</exception>
    public static GrammarRules Parse(string text)
    {
        EbnfParser parser = new(text);
        parser.Rule("root");
        parser.SkipSpace();
        while (!parser._cursor.AtEnd)
            parser.Definition();
        if (!parser._defined.Contains("root"))
            throw new GrammarException("There is no rule named root; it says what the whole text is.");
        foreach ((string name, int position) in parser._firstUse)
        {
            if (!parser._defined.Contains(name))
                throw parser._cursor.Fault($"there is no rule named {name}", position);
        }
        return parser._rules;
    }

    private void Definition()
    {
        int start = _cursor.Position;
        string name = Name();
        SkipSpace();
        if (name.Length == 0 || !_cursor.TryTake("::="))
            throw _cursor.Fault("expected a rule, name ::= ...", start);
        if (!_defined.Add(name))
            throw _cursor.Fault($"the rule {name} is there already", start);
        SkipSpace();
        _rules.Define(Rule(name), Choice());
        if (!_cursor.AtEnd && !AtDefinition())
            throw _cursor.Fault(_cursor.Is(")") ? "no group is open here" : "expected a part of a rule, or a new one");
    }

    private int Rule(string name)
    {
        if (!_byName.TryGetValue(name, out int rule))
            _byName[name] = rule = _rules.Declare(name);
        return rule;
    }

    private GrammarNode Choice()
    {
        if (++_depth > GrammarLimits.Depth)
            throw _cursor.Fault($"groups are more than {GrammarLimits.Depth} deep");
        List<GrammarNode> options = [Sequence()];
        while (_cursor.TryTake("|"))
        {
            SkipSpace();
            options.Add(Sequence());
        }
        _depth--;
        return options.Count == 1 ? options[0] : new GrammarNode.Choice(options);
    }

    private GrammarNode Sequence()
    {
        List<GrammarNode> items = [];
        while (Atom() is GrammarNode atom)
        {
            items.Add(Repeated(atom));
            SkipSpace();
        }
        return items.Count == 1 ? items[0] : new GrammarNode.Sequence(items);
    }

    private GrammarNode Repeated(GrammarNode body)
    {
        int start = _cursor.Position;
        if (_cursor.TryTake("*"))
            return new GrammarNode.Repeat(body, 0, null);
        if (_cursor.TryTake("+"))
            return new GrammarNode.Repeat(body, 1, null);
        if (_cursor.TryTake("?"))
            return GrammarNode.Optional(body);
        if (!_cursor.TryTake("{"))
            return body;
        SkipSpace();
        int? minimum = _cursor.TakeNumber();
        SkipSpace();
        bool comma = _cursor.TryTake(",");
        SkipSpace();
        int? maximum = comma ? _cursor.TakeNumber() : minimum;
        SkipSpace();
        if (minimum is null || !_cursor.TryTake("}"))
            throw _cursor.Fault("expected {m}, {m,} or {m,n}", start);
        if (maximum < minimum)
            throw _cursor.Fault($"the least number, {minimum}, is more than the most, {maximum}", start);
        return new GrammarNode.Repeat(body, minimum.Value, maximum);
    }

    /// <summary>Null where the sequence ends.</summary>
    private GrammarNode? Atom()
    {
        int start = _cursor.Position;
        if (_cursor.TryTake("\""))
            return Literal(start);
        if (_cursor.TryTake("["))
            return new GrammarNode.Character(CharacterClass.Read(_cursor));
        if (_cursor.TryTake("."))
            return new GrammarNode.Character(CodePointRanges.All);
        if (_cursor.TryTake("("))
        {
            if (_cursor.Is("="))
                throw _cursor.Fault("look-ahead is not supported", start);
            SkipSpace();
            GrammarNode body = Choice();
            return _cursor.TryTake(")") ? body : throw _cursor.Fault("the group has no ')'", start);
        }
        if (AtDefinition() || Name() is not { Length: > 0 } name)
            return null;
        if (_cursor.Is("("))
            throw _cursor.Fault($"{name}(...) is not supported", start);
        _firstUse.TryAdd(name, start);
        return new GrammarNode.Reference(Rule(name));
    }

    private GrammarNode.Literal Literal(int start)
    {
        StringBuilder text = new();
        while (!_cursor.TryTake("\""))
        {
            if (_cursor.AtEnd || _cursor.Is("\n"))
                throw _cursor.Fault("the text has no '\"' at its end", start);
            int place = _cursor.Position;
            int codePoint = !_cursor.TryTake("\\") ? _cursor.Take()
                : _cursor.TakeCharacterEscape() ?? throw _cursor.Fault("the escape is not known", place);
            if (!Rune.IsValid(codePoint))
                throw _cursor.Fault("half a surrogate pair is no character", place);
            text.Append(new Rune(codePoint));
        }
        return new GrammarNode.Literal(text.ToString());
    }

    /// <summary>Whether a new rule begins here, which ends the one before.</summary>
    private bool AtDefinition()
    {
        int start = _cursor.Position;
        bool named = Name().Length > 0;
        SkipSpace();
        bool found = named && _cursor.Is("::=");
        _cursor.Position = start;
        return found;
    }

    private string Name() => _cursor.Peek is '_' or >= 'A' and <= 'Z' or >= 'a' and <= 'z'
        ? _cursor.TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') : "";

    private void SkipSpace()
    {
        while (_cursor.TakeWhile(char.IsWhiteSpace).Length > 0 || _cursor.Is("#"))
        {
            if (_cursor.Is("#"))
                _cursor.TakeWhile(c => c != '\n');
        }
    }
}
