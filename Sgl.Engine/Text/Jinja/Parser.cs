namespace Sgl.Engine.Text.Jinja;

/// <summary>
/// Tokens to statements: this half reads tags, the other half (Parser.Expressions.cs) what stands in them.
/// </summary>
internal sealed partial class Parser
{
    private static readonly string[] _uselessTags =
        ["include", "import", "from", "extends", "block", "autoescape", "do", "trans"];

    private readonly List<Token> _tokens;
    private int _position;
    private int _nesting;
    private int _operators;

    // Names used so far: whether a macro's body has "caller", "kwargs" or "varargs" decides what the macro accepts.
    private readonly HashSet<string> _used = [];

    private int _loops;

    private Parser(List<Token> tokens) => _tokens = tokens;

    private Token Current => _tokens[_position];

    /// <exception cref="JinjaSyntaxException">The text is not a template.</exception>
    public static Statement[] Parse(string source)
    {
        var parser = new Parser(Lexer.Tokenize(source));
        return parser.ReadBody([]);
    }

    /// <summary>Statements up to a tag with one of the names, whose name becomes the current token.</summary>
    private Statement[] ReadBody(string[] ends)
    {
        List<Statement> body = [];
        while (true)
        {
            var token = Current;
            _operators = 0;
            switch (token.Kind)
            {
                case TokenKind.End when ends.Length == 0:
                    return [.. body];
                case TokenKind.End:
                    throw Fail($"the template ends inside a block: '{string.Join("' or '", ends)}' is missing");
                case TokenKind.Data:
                    _position++;
                    body.Add(new Text(token.Text));
                    break;
                case TokenKind.VariableBegin:
                    _position++;
                    body.Add(new Print([ReadTuple()]));
                    Expect(TokenKind.VariableEnd);
                    break;
                default:
                    _position++;
                    if (Current.Kind != TokenKind.Name)
                        throw Fail($"a tag's name was expected, not {Current.Describe()}");
                    if (ends.Contains(Current.Text))
                        return [.. body];
                    body.Add(Nested(() => ReadStatement(ends)));
                    Expect(TokenKind.BlockEnd);
                    break;
            }
        }
    }

    /// <summary>The rest of a tag's opening, its body, and the name of the tag that ends it.</summary>
    private Statement[] ReadBlock(params string[] ends)
    {
        TryOperator(":");
        Expect(TokenKind.BlockEnd);
        return ReadBody(ends);
    }

    private Statement[] ReadLastBlock(string end)
    {
        var body = ReadBlock(end);
        _position++;
        return body;
    }

    private Statement ReadStatement(string[] ends)
    {
        var tag = Take();
        return tag.Text switch
        {
            "if" => ReadIf(),
            "for" => ReadFor(),
            "set" => ReadSet(),
            "macro" => ReadMacro(),
            "call" => ReadCall(),
            "filter" => ReadFilterBlock(),
            "with" => ReadWith(),
            "generation" => new With([], ReadIsolated("endgeneration")),
            "print" => ReadPrint(),
            "break" or "continue" when _loops == 0 => throw Fail($"'{tag.Text}' outside loop", tag),
            "break" => new LoopControl(Flow.Break),
            "continue" => new LoopControl(Flow.Continue),
            _ when _uselessTags.Contains(tag.Text) => throw Fail(
                $"the tag '{tag.Text}' is of no use in a chat template", tag),
            _ => throw Fail($"Encountered unknown tag '{tag.Text}'."
                + (ends.Length == 0 ? "" : $" '{string.Join("' or '", ends)}' was expected."), tag),
        };
    }

    private If ReadIf()
    {
        List<(Expression, Statement[])> branches = [];
        while (true)
        {
            var condition = ReadTuple(withConditional: false);
            branches.Add((condition, ReadBlock("elif", "else", "endif")));
            var tag = Take().Text;
            if (tag == "elif")
                continue;
            return new([.. branches], tag == "else" ? ReadLastBlock("endif") : []);
        }
    }

    private For ReadFor()
    {
        var target = ReadTarget(withNamespace: false);
        ExpectName("in");
        var items = ReadTuple(withConditional: false, stop: "recursive");
        var condition = TryName("if") ? ReadExpression() : null;
        var recursive = TryName("recursive");
        _loops++;
        var body = ReadBlock("endfor", "else");
        _loops--;
        var otherwise = Take().Text == "else" ? ReadLastBlock("endfor") : [];
        return new(target, items, condition, recursive, body, otherwise);
    }

    private Statement ReadSet()
    {
        var target = ReadTarget(withNamespace: true);
        if (TryOperator("="))
            return new Set(target, ReadTuple());
        var filters = ReadFilters();
        return new CaptureBlock(target, ReadIsolated("endset"), filters);
    }

    private CaptureBlock ReadFilterBlock()
    {
        var first = ReadFilter();
        var more = ReadFilters();
        return new(null, ReadIsolated("endfilter"), value => more(first(value)));
    }

    /// <summary>A body that no break or continue can leave: its text is needed.</summary>
    private Statement[] ReadIsolated(string end)
    {
        var loops = _loops;
        _loops = 0;
        var body = ReadLastBlock(end);
        _loops = loops;
        return body;
    }

    private With ReadWith()
    {
        List<(Target, Expression)> variables = [];
        while (Current.Kind != TokenKind.BlockEnd)
        {
            if (variables.Count > 0)
                ExpectOperator(",");
            var target = ReadTarget(withNamespace: false);
            ExpectOperator("=");
            variables.Add((target, ReadExpression()));
        }

        return new([.. variables], ReadLastBlock("endwith"));
    }

    private Print ReadPrint()
    {
        List<Expression> values = [];
        while (Current.Kind != TokenKind.BlockEnd)
        {
            if (values.Count > 0)
                ExpectOperator(",");
            values.Add(ReadExpression());
        }

        return new([.. values]);
    }

    private MacroDefinition ReadMacro()
    {
        var name = Expect(TokenKind.Name).Text;
        var parameters = ReadParameters();
        return new(name, parameters, ReadMacroBody("endmacro"));
    }

    private CallBlock ReadCall()
    {
        var parameters = Current.Is(TokenKind.Operator, "(") ? ReadParameters() : [];
        var start = Current;
        if (ReadExpression() is not CallExpression call)
            throw Fail("expected call", start);
        return new(call.Callee, call.Arguments, parameters, ReadMacroBody("endcall"));
    }

    private MacroBody ReadMacroBody(string end)
    {
        var outside = _used.ToArray();
        _used.Clear();
        var statements = ReadIsolated(end);
        var body = new MacroBody(
            statements, _used.Contains("varargs"), _used.Contains("kwargs"), _used.Contains("caller"));
        _used.UnionWith(outside);
        return body;
    }

    private Parameter[] ReadParameters()
    {
        ExpectOperator("(");
        List<Parameter> parameters = [];
        while (!TryOperator(")"))
        {
            if (parameters.Count > 0)
                ExpectOperator(",");
            var name = Expect(TokenKind.Name);
            var value = TryOperator("=") ? ReadExpression() : null;
            if (value is null && parameters.Count > 0 && parameters[^1].Default is not null)
                throw Fail("non-default argument follows default argument", name);
            parameters.Add(new(name.Text, value));
        }

        return [.. parameters];
    }

    private Target ReadTarget(bool withNamespace)
    {
        List<Target> targets = [ReadOneTarget(withNamespace)];
        var isTuple = false;
        while (TryOperator(","))
        {
            isTuple = true;
            if (EndsTuple("in") || Current.Is(TokenKind.Operator, "="))
                break;
            targets.Add(ReadOneTarget(withNamespace));
        }

        return isTuple ? new TupleTarget([.. targets]) : targets[0];
    }

    private Target ReadOneTarget(bool withNamespace)
    {
        if (TryOperator("("))
        {
            var inner = ReadTarget(withNamespace);
            ExpectOperator(")");
            return inner;
        }

        var name = Expect(TokenKind.Name);
        if (name.Text is "true" or "false" or "none" or "True" or "False" or "None")
            throw Fail($"can't assign to '{name.Text}'", name);
        return withNamespace && TryOperator(".")
            ? new NamespaceTarget(name.Text, Expect(TokenKind.Name).Text)
            : new NameTarget(name.Text);
    }

    private Token Take() => _tokens[_position++];

    private bool TryOperator(string text) => TryTake(TokenKind.Operator, text);

    private bool TryName(string text) => TryTake(TokenKind.Name, text);

    private bool TryTake(TokenKind kind, string text)
    {
        if (!Current.Is(kind, text))
            return false;
        _position++;
        return true;
    }

    private Token Expect(TokenKind kind)
    {
        if (Current.Kind == kind)
            return Take();
        var expected = kind == TokenKind.Name ? "a name" : new Token(kind, "", 0).Describe();
        throw Fail($"expected {expected}, got {Current.Describe()}");
    }

    private void ExpectOperator(string text)
    {
        if (!TryOperator(text))
            throw Fail($"expected '{text}', got {Current.Describe()}");
    }

    private void ExpectName(string text)
    {
        if (!TryName(text))
            throw Fail($"expected '{text}', got {Current.Describe()}");
    }

    /// <summary>Counts how deep blocks and expressions nest: the parser and the evaluator recurse as deep.</summary>
    private T Nested<T>(Func<T> read)
    {
        if (++_nesting > JinjaLimits.Nesting)
            throw Fail($"blocks and expressions nest deeper than {JinjaLimits.Nesting}");
        var result = read();
        _nesting--;
        return result;
    }

    private JinjaSyntaxException Fail(string message, Token? at = null) => new(message, (at ?? Current).Line);
}
