namespace Sgl.Engine.Text.Jinja;

/// <summary>
/// Cuts a template into tokens, with Jinja's trim_blocks and lstrip_blocks on and keep_trailing_newline off: a newline
/// straight after a block or comment is dropped, and so is the indentation before one; "-" strips all whitespace on its
/// side, "+" none.
/// </summary>
internal sealed class Lexer
{
    private static readonly string[] _operators =
    [
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=",
        ".", ":", "|", ",", ";",
    ];

    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private readonly Stack<char> _open = new();
    private int _position;
    private int _line = 1;

    // Whether the text ahead begins a line: lstrip_blocks only looks at whitespace that does.
    private bool _lineStart = true;

    private Lexer(string source)
    {
        source = source.Replace("\r\n", "\n").Replace('\r', '\n');
        _source = source.EndsWith('\n') ? source[..^1] : source;
    }

    public static List<Token> Tokenize(string source)
    {
        var lexer = new Lexer(source);
        while (lexer._position < lexer._source.Length)
            lexer.ReadData();
        lexer.Add(TokenKind.End, "");
        return lexer._tokens;
    }

    /// <summary>Text up to the next tag, then the tag.</summary>
    private void ReadData()
    {
        var tag = FindTag();
        if (tag < 0)
        {
            AddData(_source.Length);
            return;
        }

        var kind = _source[tag + 1];
        var sign = tag + 2 < _source.Length ? _source[tag + 2] : ' ';
        AddData(tag, sign, strips: kind != '{');
        Advance(sign is '-' or '+' ? 3 : 2);
        switch (kind)
        {
            case '#':
                SkipComment();
                break;
            case '{':
                Add(TokenKind.VariableBegin, "{{");
                ReadTag("}}", TokenKind.VariableEnd);
                break;
            default:
                if (TryRaw())
                    break;
                Add(TokenKind.BlockBegin, "{%");
                ReadTag("%}", TokenKind.BlockEnd);
                break;
        }
    }

    private int FindTag()
    {
        for (var at = _position; ; at++)
        {
            at = _source.IndexOf('{', at);
            if (at < 0 || at + 1 >= _source.Length)
                return -1;
            if (_source[at + 1] is '{' or '%' or '#')
                return at;
        }
    }

    private void AddData(int end, char sign = ' ', bool strips = false)
    {
        var length = end - _position;
        var text = _source.AsSpan(_position, length);
        var kept = text;
        if (sign == '-')
        {
            kept = text.TrimEnd();
        }
        else if (sign != '+' && strips)
        {
            var line = text.LastIndexOf('\n') + 1;
            if ((line > 0 || _lineStart) && text[line..].IsWhiteSpace())
                kept = text[..line];
        }

        if (kept.Length > 0)
            Add(TokenKind.Data, kept.ToString());
        Advance(length);
    }

    private void SkipComment()
    {
        var end = _source.IndexOf("#}", _position, StringComparison.Ordinal);
        if (end < 0)
            throw new JinjaSyntaxException("Missing end of comment tag", _line);
        var sign = end > _position ? _source[end - 1] : ' ';
        Advance(end + 2 - _position);
        AfterTag(sign, trims: true);
    }

    /// <summary>Behind "{%": reads raw %} ... {% endraw %} as text, or leaves everything alone.</summary>
    private bool TryRaw()
    {
        var at = SkipSpaces(_position);
        if (string.CompareOrdinal(_source, at, "raw", 0, 3) != 0)
            return false;
        at = SkipSpaces(at + 3);
        var strips = at < _source.Length && _source[at] == '-';
        if (string.CompareOrdinal(_source, strips ? at + 1 : at, "%}", 0, 2) != 0)
            return false;

        var began = _line;
        Advance((strips ? at + 3 : at + 2) - _position);
        AfterTag(strips ? '-' : ' ', trims: false);
        for (var tag = _position; ; tag += 2)
        {
            tag = _source.IndexOf("{%", tag, StringComparison.Ordinal);
            if (tag < 0)
                throw new JinjaSyntaxException("Missing end of raw directive", began);
            if (EndRaw(tag) is not { } end)
                continue;
            AddData(tag, _source[tag + 2], strips: true);
            Advance(end.After - _position);
            AfterTag(end.Sign, trims: true);
            return true;
        }
    }

    private (int After, char Sign)? EndRaw(int tag)
    {
        var at = tag + 2;
        if (at < _source.Length && _source[at] is '-' or '+')
            at++;
        at = SkipSpaces(at);
        if (string.CompareOrdinal(_source, at, "endraw", 0, 6) != 0)
            return null;
        at = SkipSpaces(at + 6);
        var sign = at < _source.Length && _source[at] is '-' or '+' ? _source[at++] : ' ';
        return string.CompareOrdinal(_source, at, "%}", 0, 2) == 0 ? (at + 2, sign) : null;
    }

    private int SkipSpaces(int at)
    {
        while (at < _source.Length && char.IsWhiteSpace(_source[at]))
            at++;
        return at;
    }

    /// <summary>What the end of a tag swallows of the text behind it.</summary>
    private void AfterTag(char sign, bool trims)
    {
        var from = _position;
        if (sign == '-')
            Advance(SkipSpaces(_position) - _position);
        else if (trims && sign != '+' && _position < _source.Length && _source[_position] == '\n')
            Advance(1);
        _lineStart = _position > from && _source[_position - 1] == '\n';
    }

    /// <summary>The tokens of one tag up to and with its end.</summary>
    private void ReadTag(string end, TokenKind endKind)
    {
        var began = _line;
        _open.Clear();
        while (true)
        {
            Advance(SkipSpaces(_position) - _position);
            if (_position >= _source.Length)
                throw new JinjaSyntaxException($"the tag is never closed by '{end}'", began);
            if (_open.Count == 0 && EndOfTag(end, endKind) is { } sign)
            {
                Add(endKind, end);
                Advance(sign == ' ' ? 2 : 3);
                AfterTag(sign, trims: endKind == TokenKind.BlockEnd);
                return;
            }

            ReadToken();
        }
    }

    private char? EndOfTag(string end, TokenKind endKind)
    {
        if (string.CompareOrdinal(_source, _position, end, 0, 2) == 0)
            return ' ';
        var sign = _source[_position];
        var signed = sign == '-' || (sign == '+' && endKind == TokenKind.BlockEnd);
        return signed && string.CompareOrdinal(_source, _position + 1, end, 0, 2) == 0 ? sign : null;
    }

    private void ReadToken()
    {
        var c = _source[_position];
        if (c is '\'' or '"')
        {
            var end = Unescaper.FindQuote(_source, _position);
            if (end < 0)
                throw new JinjaSyntaxException($"the string that begins with {c} is never closed", _line);
            Add(TokenKind.String, Unescaper.Unescape(_source.AsSpan(_position + 1, end - _position - 1), _line));
            Advance(end + 1 - _position);
        }
        else if (char.IsAsciiDigit(c))
        {
            var number = NumberLiteral.Read(_source, _position, _line, out var length);
            Add(TokenKind.Number, number);
            Advance(length);
        }
        else if (c == '_' || char.IsLetter(c))
        {
            var end = _position + 1;
            while (end < _source.Length && (_source[end] == '_' || char.IsLetterOrDigit(_source[end])))
                end++;
            Add(TokenKind.Name, _source[_position..end]);
            Advance(end - _position);
        }
        else
        {
            ReadOperator(c);
        }
    }

    private void ReadOperator(char c)
    {
        var text = Array.Find(_operators, o => string.CompareOrdinal(_source, _position, o, 0, o.Length) == 0)
            ?? throw new JinjaSyntaxException($"unexpected character '{c}'", _line);
        if (c is '(' or '[' or '{')
            _open.Push(c == '(' ? ')' : c == '[' ? ']' : '}');
        else if (c is ')' or ']' or '}' && (!_open.TryPop(out var expected) || expected != c))
            throw new JinjaSyntaxException(
                expected == 0 ? $"unexpected '{c}'" : $"unexpected '{c}', expected '{expected}'", _line);
        Add(TokenKind.Operator, text);
        Advance(text.Length);
    }

    private void Add(TokenKind kind, object value) => _tokens.Add(new(kind, value, _line));

    private void Advance(int length)
    {
        _line += _source.AsSpan(_position, length).Count('\n');
        _position += length;
        _lineStart = false;
    }
}
