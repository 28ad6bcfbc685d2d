namespace Sgl.Engine.Text.Jinja;

internal enum TokenKind
{
    Data,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    String,
    Number,
    Operator,
    End,
}

/// <param name="Value">Text of data, names, operators and (unescaped) strings; the number of a number.</param>
/// <param name="Line">Counted from 1.</param>
internal readonly record struct Token(TokenKind Kind, object Value, int Line)
{
    public string Text => Value.ToString()!;

    public bool Is(TokenKind kind, string text) => Kind == kind && (string)Value == text;

    /// <summary>The token as an error message names it.</summary>
    public string Describe() => Kind switch
    {
        TokenKind.Data => "template text",
        TokenKind.VariableBegin => "'{{'",
        TokenKind.VariableEnd => "'}}'",
        TokenKind.BlockBegin => "'{%'",
        TokenKind.BlockEnd => "'%}'",
        TokenKind.String => $"the string '{Value}'",
        TokenKind.End => "the end of the template",
        _ => $"'{Value}'",
    };
}
