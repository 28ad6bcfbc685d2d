namespace Sgl.Engine.Sampling.Grammar;

/// <summary>
/// Reads regular expressions: what automata can do of Python's and Rust's. The whole text must match, so ^ at the
/// beginning and $ at the end say nothing. \d, \w and \s are of ASCII, a dot is anything but a line feed.
/// </summary>
internal sealed class RegexParser
{
    private readonly GrammarCursor _cursor;
    private int _depth;

    private RegexParser(string text) => _cursor = new GrammarCursor(text);

    /// <exception cref="GrammarException">
    /// It is broken, or uses what no automaton can do; the message names it and its place.
    /// </exception>
    public static GrammarNode Parse(string text)
    {
        RegexParser parser = new(text);
        GrammarNode node = parser.Choice();
        return parser._cursor.AtEnd ? node : throw parser._cursor.Fault("no group is open here");
    }

    private GrammarNode Choice()
    {
        if (++_depth > GrammarLimits.Depth)
            throw _cursor.Fault($"groups are more than {GrammarLimits.Depth} deep");
        List<GrammarNode> options = [Sequence()];
        while (_cursor.TryTake("|"))
            options.Add(Sequence());
        _depth--;
        return options.Count == 1 ? options[0] : new GrammarNode.Choice(options);
    }

    private GrammarNode Sequence()
    {
        List<GrammarNode> items = [];
        if (_depth == 1)
            _cursor.TryTake("^");
        while (!_cursor.AtEnd && !_cursor.Is("|") && !_cursor.Is(")"))
        {
            int start = _cursor.Position;
            if (_cursor.TryTake("$"))
            {
                if (_depth == 1 && (_cursor.AtEnd || _cursor.Is("|")))
                    break;
                throw _cursor.Fault("$ is supported at the end of the expression only", start);
            }
            items.Add(Repeated(Atom()));
        }
        return items.Count == 1 ? items[0] : new GrammarNode.Sequence(items);
    }

    private GrammarNode Repeated(GrammarNode body)
    {
        int start = _cursor.Position;
        if (Quantifier() is not (int minimum, var maximum))
            return body;
        if (maximum < minimum)
            throw _cursor.Fault($"the least number, {minimum}, is more than the most, {maximum}", start);
        // Fewest times first is no other language.
        _cursor.TryTake("?");
        if (_cursor.Is("+"))
            throw _cursor.Fault("possessive quantifiers are not supported");
        if (_cursor.Is("*") || _cursor.Is("?"))
            throw _cursor.Fault("a quantifier follows a quantifier; put the first one in a group");
        return new GrammarNode.Repeat(body, minimum, maximum);
    }

    private (int Minimum, int? Maximum)? Quantifier()
    {
        if (_cursor.TryTake("*"))
            return (0, null);
        if (_cursor.TryTake("+"))
            return (1, null);
        if (_cursor.TryTake("?"))
            return (0, 1);
        int start = _cursor.Position;
        if (!_cursor.TryTake("{"))
            return null;
        int? minimum = _cursor.TakeNumber();
        bool comma = _cursor.TryTake(",");
        int? maximum = comma ? _cursor.TakeNumber() : minimum;
        if ((minimum ?? maximum) is null || !_cursor.TryTake("}"))
            throw _cursor.Fault("expected {m}, {m,}, {,n} or {m,n}; a brace that is meant is written \\{", start);
        return (minimum ?? 0, maximum);
    }

    private GrammarNode Atom()
    {
        int start = _cursor.Position;
        int next = _cursor.Take();
        switch (next)
        {
            case '(':
                return Group(start);
            case '[':
                return new GrammarNode.Character(CharacterClass.Read(_cursor));
            case '.':
                return new GrammarNode.Character(CodePointRanges.Of('\n').Complement());
            case '\\':
                return Escape(start);
            case '^':
                throw _cursor.Fault("^ is supported at the beginning of the expression only", start);
            case '*' or '+' or '?' or '{':
                throw _cursor.Fault("there is nothing to repeat", start);
            default:
                return new GrammarNode.Character(CodePointRanges.Of(next));
        }
    }

    private GrammarNode Group(int start)
    {
        if (_cursor.TryTake("?"))
        {
            if (_cursor.Is("=") || _cursor.Is("!"))
                throw _cursor.Fault("look-ahead is not supported", start);
            if (_cursor.Is("<=") || _cursor.Is("<!"))
                throw _cursor.Fault("look-behind is not supported", start);
            if (_cursor.Is("P="))
                throw _cursor.Fault("back-references are not supported", start);
            if (_cursor.Is(">"))
                throw _cursor.Fault("atomic groups are not supported", start);
            if (_cursor.TryTake("P<") || _cursor.TryTake("<"))
                Name(start);
            else if (!_cursor.TryTake(":"))
                throw _cursor.Fault("groups with flags or conditions are not supported", start);
        }
        GrammarNode body = Choice();
        return _cursor.TryTake(")") ? body : throw _cursor.Fault("the group has no ')'", start);
    }

    private void Name(int start)
    {
        string name = _cursor.TakeWhile(c => char.IsLetterOrDigit(c) || c == '_');
        if (name.Length == 0 || !_cursor.TryTake(">"))
            throw _cursor.Fault("the group's name has no '>'", start);
    }

    private GrammarNode.Character Escape(int start)
    {
        if (_cursor.AtEnd)
            throw _cursor.Fault("nothing follows the backslash", start);
        if (CharacterClass.ReadEscape(_cursor) is CodePointRanges set)
            return new GrammarNode.Character(set);
        string? refused = _cursor.Peek switch
        {
            'b' or 'B' => "word boundaries are not supported",
            'A' or 'Z' or 'z' or 'G' => "anchors are not supported: the whole text must match anyway",
            >= '1' and <= '9' or 'k' => "back-references are not supported",
            _ => null,
        };
        if (refused is not null)
            throw _cursor.Fault(refused, start);
        return _cursor.TakeCharacterEscape() is int codePoint
            ? new GrammarNode.Character(CodePointRanges.Of(codePoint))
            : throw _cursor.Fault("the escape is not known", start);
    }
}
