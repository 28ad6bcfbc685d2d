using System.Globalization;

namespace Sgl.Engine.Text.Tokenizing.Patterns;

/// <summary>Reads a regular expression in the syntax of Oniguruma, which Hugging Face's tokenizers use.</summary>
internal sealed class PatternParser
{
    private readonly string _source;
    private readonly PatternClassParser _classes;
    private int _position;
    private bool _ignoreCase;
    private bool _dotMatchesNewline;

    private PatternParser(string source)
    {
        _source = source;
        _classes = new PatternClassParser(source);
    }

    /// <exception cref="FormatException">The pattern is broken or uses something that is not known.</exception>
    public static PatternNode Parse(string source)
    {
        var parser = new PatternParser(source);
        var node = parser.Alternatives();
        return parser._position == source.Length ? node : throw parser.Error("a ) without its (");
    }

    private bool AtEnd => _position == _source.Length;

    private PatternNode Alternatives()
    {
        var options = new List<PatternNode> { Items() };
        while (Accept("|")) options.Add(Items());
        return options.Count == 1 ? options[0] : new PatternNode.Choice(options);
    }

    private PatternNode Items()
    {
        var items = new List<PatternNode>();
        while (!AtEnd && _source[_position] is not ('|' or ')'))
        {
            if (AcceptFlags()) continue;
            items.Add(Quantified(Atom()));
        }

        return items.Count == 1 ? items[0] : new PatternNode.Sequence(items);
    }

    private PatternNode Quantified(PatternNode node)
    {
        while (!AtEnd)
        {
            int minimum, maximum;
            if (Accept("*")) (minimum, maximum) = (0, int.MaxValue);
            else if (Accept("+")) (minimum, maximum) = (1, int.MaxValue);
            else if (Accept("?")) (minimum, maximum) = (0, 1);
            else if (Interval() is var (low, high))
            {
                // x{1,3}+ is no possessive interval in this syntax: the + repeats it once more.
                node = new PatternNode.Repeat(node, low, high, Accept("?"));
                continue;
            }
            else
            {
                break;
            }

            var lazy = Accept("?");
            var possessive = !lazy && Accept("+");
            node = new PatternNode.Repeat(node, minimum, maximum, lazy);
            if (possessive) node = new PatternNode.Atomic(node);
        }

        return node;
    }

    private (int Minimum, int Maximum)? Interval()
    {
        if (_source[_position] != '{') return null;
        var end = _source.IndexOf('}', _position);
        if (end < 0) return null;
        var parts = _source[(_position + 1)..end].Split(',');
        if (parts.Length > 2 || parts.All(p => p.Length == 0)) return null;
        if (!Bound(parts[0], 0, out var minimum) || !Bound(parts[^1], int.MaxValue, out var maximum)) return null;
        _position = end + 1;
        return minimum <= maximum ? (minimum, maximum) : throw Error("an interval whose end is before its start");
    }

    private static bool Bound(string text, int absent, out int value)
    {
        value = absent;
        return text.Length == 0 || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    private PatternNode Atom()
    {
        if (Accept("(")) return Group();
        switch (_source[_position])
        {
            case '.':
                _position++;
                return new PatternNode.Set(_dotMatchesNewline ? UnicodeProperties.Any : UnicodeProperties.NoNewline);
            case '^':
                _position++;
                return new PatternNode.Anchor(PatternAnchor.LineStart);
            case '$':
                _position++;
                return new PatternNode.Anchor(PatternAnchor.LineEnd);
            case '*' or '+' or '?':
                throw Error("a quantifier without anything before it");
            case '\\' when _position + 1 < _source.Length && AnchorOf(_source[_position + 1]) is { } anchor:
                _position += 2;
                return new PatternNode.Anchor(anchor);
            default:
                var set = _classes.Read(ref _position);
                return new PatternNode.Set(_ignoreCase ? set.IgnoringCase() : set);
        }
    }

    private static PatternAnchor? AnchorOf(char letter) => letter switch
    {
        'A' => PatternAnchor.TextStart,
        'z' => PatternAnchor.TextEnd,
        'Z' => PatternAnchor.TextEndOrLastNewline,
        'b' => PatternAnchor.WordBoundary,
        'B' => PatternAnchor.NoWordBoundary,
        _ => null,
    };

    /// <summary>What follows a parenthesis.</summary>
    private PatternNode Group()
    {
        var (ignoreCase, dot) = (_ignoreCase, _dotMatchesNewline);
        Func<PatternNode, PatternNode> wrap = body => body;
        if (Accept("?=")) wrap = body => new PatternNode.Look(body, Behind: false, Negated: false);
        else if (Accept("?!")) wrap = body => new PatternNode.Look(body, Behind: false, Negated: true);
        else if (Accept("?<=")) wrap = body => new PatternNode.Look(body, Behind: true, Negated: false);
        else if (Accept("?<!")) wrap = body => new PatternNode.Look(body, Behind: true, Negated: true);
        else if (Accept("?>")) wrap = body => new PatternNode.Atomic(body);
        else if (Accept("?<")) _position = Math.Max(_position, _source.IndexOf('>', _position) + 1);
        else if (Accept("?")) Flags(':');
        var node = Alternatives();
        if (!Accept(")")) throw Error("a ( without its )");
        (_ignoreCase, _dotMatchesNewline) = (ignoreCase, dot);
        return wrap(node);
    }

    /// <summary>Takes flags such as (?i) that hold up to the end of the group around them.</summary>
    private bool AcceptFlags()
    {
        var end = _position;
        if (!_source.AsSpan(_position).StartsWith("(?")) return false;
        end += 2;
        while (end < _source.Length && _source[end] is 'i' or 'm' or 's' or '-') end++;
        if (end == _source.Length || _source[end] != ')') return false;
        _position += 2;
        Flags(')');
        return true;
    }

    private void Flags(char end)
    {
        var on = true;
        for (; !AtEnd && _source[_position] != end; _position++)
        {
            switch (_source[_position])
            {
                case '-': on = false; break;
                case 'i': _ignoreCase = on; break;
                case 'm' or 's': _dotMatchesNewline = on; break;
                default: throw Error($"the unknown group kind (?{_source[_position]}");
            }
        }

        if (AtEnd) throw Error("a ( without its )");
        _position++;
    }

    private bool Accept(string token)
    {
        if (!_source.AsSpan(_position).StartsWith(token, StringComparison.Ordinal)) return false;
        _position += token.Length;
        return true;
    }

    private FormatException Error(string what) => new($"the pattern {_source} has {what} at {_position}");
}
