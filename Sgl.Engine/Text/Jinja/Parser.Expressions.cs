using System.Text;

namespace Sgl.Engine.Text.Jinja;

internal sealed partial class Parser
{
    private Expression ReadExpression() => Nested(ReadConditional);

    /// <summary>One expression, or a tuple where commas follow.</summary>
    /// <param name="stop">A name that ends it.</param>
    private Expression ReadTuple(bool withConditional = true, string? stop = null, bool parenthesized = false)
    {
        List<Expression> items = [];
        var isTuple = false;
        while (!EndsTuple(stop))
        {
            items.Add(withConditional ? ReadExpression() : Nested(ReadOr));
            if (!TryOperator(","))
                break;
            isTuple = true;
        }

        if (isTuple || (items.Count == 0 && parenthesized))
            return new TupleLiteral([.. items]);
        return items.Count > 0 ? items[0] : throw Fail($"Expected an expression, got {Current.Describe()}");
    }

    private bool EndsTuple(string? stop) =>
        Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || Current.Is(TokenKind.Operator, ")")
        || (stop is not null && Current.Is(TokenKind.Name, stop));

    private Expression ReadConditional()
    {
        var line = Current.Line;
        var value = ReadOr();
        for (; TryName("if"); CountOperator())
        {
            var condition = ReadOr();
            value = new Conditional(condition, value, TryName("else") ? ReadExpression() : null, line);
            line = Current.Line;
        }

        return value;
    }

    private Expression ReadOr()
    {
        var left = ReadAnd();
        for (; TryName("or"); CountOperator())
            left = new Or(left, ReadAnd());
        return left;
    }

    private Expression ReadAnd()
    {
        var left = ReadNot();
        for (; TryName("and"); CountOperator())
            left = new And(left, ReadNot());
        return left;
    }

    private Expression ReadNot() => TryName("not") ? new Not(Nested(ReadNot)) : ReadComparison();

    private Expression ReadComparison()
    {
        var first = ReadSum();
        List<(string, Expression)> rest = [];
        while (ReadComparisonOperator() is { } op)
            rest.Add((op, ReadSum()));
        return rest.Count == 0 ? first : new Comparison(first, [.. rest]);
    }

    private string? ReadComparisonOperator()
    {
        if (Current is { Kind: TokenKind.Operator, Text: "==" or "!=" or "<" or "<=" or ">" or ">=" })
            return Take().Text;
        if (TryName("in"))
            return "in";
        if (!Current.Is(TokenKind.Name, "not") || !_tokens[_position + 1].Is(TokenKind.Name, "in"))
            return null;
        _position += 2;
        return "not in";
    }

    private Expression ReadSum() => ReadChain(ReadConcatenation, "+", "-");

    private Expression ReadConcatenation()
    {
        var first = ReadProduct();
        List<Expression> parts = [first];
        while (TryOperator("~"))
            parts.Add(ReadProduct());
        return parts.Count == 1 ? first : new Concatenation([.. parts]);
    }

    private Expression ReadProduct() => ReadChain(ReadPower, "*", "/", "//", "%");

    // From left to right, unlike Python's.
    private Expression ReadPower() => ReadChain(() => ReadUnary(withFilters: true), "**");

    private Expression ReadChain(Func<Expression> readOperand, params ReadOnlySpan<string> operators)
    {
        var left = readOperand();
        for (; Current.Kind == TokenKind.Operator && operators.Contains(Current.Text); CountOperator())
        {
            var op = Take().Text;
            left = new Arithmetic(op, left, readOperand());
        }

        return left;
    }

    private Expression ReadUnary(bool withFilters)
    {
        Expression value;
        if (TryOperator("-"))
            value = new Sign(negative: true, Nested(() => ReadUnary(withFilters: false)));
        else if (TryOperator("+"))
            value = new Sign(negative: false, Nested(() => ReadUnary(withFilters: false)));
        else
            value = ReadPrimary();
        value = ReadPostfix(value);
        return withFilters ? ReadFiltersAndTests(value) : value;
    }

    private Expression ReadPrimary()
    {
        var token = Take();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return ReadName(token.Text);
            case TokenKind.Number:
                return new Constant(token.Value);
            case TokenKind.String:
                var text = new StringBuilder(token.Text);
                while (Current.Kind == TokenKind.String)
                    text.Append(Take().Text);
                return new Constant(text.ToString());
            case TokenKind.Operator when token.Text == "(":
                var inner = ReadTuple(parenthesized: true);
                ExpectOperator(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                return new ListLiteral([.. ReadItems("]", ReadExpression)]);
            case TokenKind.Operator when token.Text == "{":
                return new DictLiteral([.. ReadItems("}", ReadPair)]);
            default:
                throw Fail($"unexpected {token.Describe()}", token);
        }
    }

    private Expression ReadName(string name)
    {
        _used.Add(name);
        return name switch
        {
            "true" or "True" => new Constant(true),
            "false" or "False" => new Constant(false),
            "none" or "None" => new Constant(null),
            _ => new Name(name),
        };
    }

    private List<T> ReadItems<T>(string end, Func<T> read)
    {
        List<T> items = [];
        while (!TryOperator(end))
        {
            items.Add(read());
            if (!TryOperator(",") && !Current.Is(TokenKind.Operator, end))
                throw Fail($"expected ',' or '{end}', got {Current.Describe()}");
        }

        return items;
    }

    private (Expression, Expression) ReadPair()
    {
        var key = ReadExpression();
        ExpectOperator(":");
        return (key, ReadExpression());
    }

    private Expression ReadPostfix(Expression value)
    {
        for (; ; CountOperator())
        {
            if (TryOperator("."))
                value = ReadMember(value);
            else if (TryOperator("["))
                value = new ItemAccess(value, ReadSubscript());
            else if (Current.Is(TokenKind.Operator, "("))
                value = new CallExpression(value, ReadArguments());
            else
                return value;
        }
    }

    private Expression ReadMember(Expression owner)
    {
        var token = Take();
        return token switch
        {
            { Kind: TokenKind.Name } => new MemberAccess(owner, token.Text),
            { Kind: TokenKind.Number, Value: long } => new ItemAccess(owner, new Constant(token.Value)),
            _ => throw Fail("expected name or number", token),
        };
    }

    private Expression ReadSubscript()
    {
        List<Expression> parts = [];
        do
            parts.Add(ReadSlice());
        while (TryOperator(","));
        ExpectOperator("]");
        return parts.Count == 1 ? parts[0] : new TupleLiteral([.. parts]);
    }

    private Expression ReadSlice()
    {
        var start = ReadSlicePart();
        if (!TryOperator(":"))
            return start ?? throw Fail($"unexpected {Current.Describe()}");
        var stop = ReadSlicePart();
        return new SliceLiteral(start, stop, TryOperator(":") ? ReadSlicePart() : null);
    }

    private Expression? ReadSlicePart() =>
        Current is { Kind: TokenKind.Operator, Text: ":" or "]" or "," } ? null : ReadExpression();

    private Expression ReadFiltersAndTests(Expression value)
    {
        for (; ; CountOperator())
        {
            if (TryOperator("|"))
                value = ReadFilter()(value);
            else if (TryName("is"))
                value = ReadTest(value);
            else if (Current.Is(TokenKind.Operator, "("))
                value = new CallExpression(value, ReadArguments());
            else
                return value;
        }
    }

    private Func<Expression, Expression> ReadFilters()
    {
        Func<Expression, Expression> filters = value => value;
        while (TryOperator("|"))
        {
            var (before, filter) = (filters, ReadFilter());
            filters = value => filter(before(value));
        }

        return filters;
    }

    private Func<Expression, Expression> ReadFilter()
    {
        var name = ReadDottedName();
        var arguments = Current.Is(TokenKind.Operator, "(") ? ReadArguments() : ArgumentList.Empty;
        return value => new FilterExpression(value, name, arguments);
    }

    private Expression ReadTest(Expression value)
    {
        var negated = TryName("not");
        var name = ReadDottedName();
        var arguments = ArgumentList.Empty;
        if (Current.Is(TokenKind.Operator, "("))
            arguments = ReadArguments();
        else if (StartsTestOperand())
            arguments = new([ReadPostfix(Nested(ReadPrimary))], [], null, null);
        var test = new TestExpression(value, name, arguments);
        return negated ? new Not(test) : test;
    }

    /// <summary>Whether an operand without parentheses follows, as in "is divisibleby 3".</summary>
    private bool StartsTestOperand()
    {
        if (Current.Is(TokenKind.Name, "is"))
            throw Fail("You cannot chain multiple tests with is");
        return Current.Kind switch
        {
            TokenKind.Name => Current.Text is not ("else" or "or" or "and"),
            TokenKind.String or TokenKind.Number => true,
            TokenKind.Operator => Current.Text is "[" or "{",
            _ => false,
        };
    }

    private string ReadDottedName()
    {
        var name = Expect(TokenKind.Name).Text;
        while (TryOperator("."))
            name += "." + Expect(TokenKind.Name).Text;
        return name;
    }

    private ArgumentList ReadArguments()
    {
        var open = Current;
        ExpectOperator("(");
        List<Expression> positional = [];
        List<(string, Expression)> named = [];
        Expression? more = null;
        Expression? moreNamed = null;
        while (!TryOperator(")"))
        {
            if (TryOperator("**"))
                moreNamed = moreNamed is null ? ReadExpression() : throw Invalid(open);
            else if (TryOperator("*"))
                more = more is null && moreNamed is null ? ReadExpression() : throw Invalid(open);
            else if (Current.Kind == TokenKind.Name && _tokens[_position + 1].Is(TokenKind.Operator, "="))
                named.Add(moreNamed is null ? ReadNamed() : throw Invalid(open));
            else if (named.Count == 0 && more is null && moreNamed is null)
                positional.Add(ReadExpression());
            else
                throw Invalid(open);
            if (!TryOperator(",") && !Current.Is(TokenKind.Operator, ")"))
                throw Fail($"expected ',' or ')', got {Current.Describe()}");
        }

        return new([.. positional], [.. named], more, moreNamed);
    }

    private (string, Expression) ReadNamed()
    {
        var name = Take().Text;
        _position++;
        return (name, ReadExpression());
    }

    private JinjaSyntaxException Invalid(Token at) => Fail("invalid syntax for function call expression", at);

    private void CountOperator()
    {
        if (++_operators > JinjaLimits.Operators)
            throw Fail($"more than {JinjaLimits.Operators} operators in one tag");
    }
}
