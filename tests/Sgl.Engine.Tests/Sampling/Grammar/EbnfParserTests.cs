using Sgl.Engine.Requests;

namespace Sgl.Engine.Tests.Sampling.Grammar;

public sealed class EbnfParserTests
{
    private const string Arithmetic = """
        # Sums of products.
        root ::= sum
        sum  ::= product (("+" | "-") product)*
        product ::= value ("*" value)*
        value ::= [0-9]+
                | "(" sum ")"
        """;

    [Theory]
    [InlineData(Arithmetic, "1+(2*(3-4))*56", "1+", "(1", "1+(2))", "+1")]
    [InlineData("root ::= \"yes\" | \"no\"", "no", "yesno", "")]
    [InlineData("root ::= a b? \"\"\na ::= \"x\"{2,3}\nb ::= [^x\\]]", "xxxa", "x", "xxxx", "xxx]")]
    [InlineData("root ::= \"a\" root \"b\" | \"\"", "aaabbb", "aabbb", "ab ")]
    [InlineData("root ::= [a-c] root | [a-c]", "abcabc", "", "abd")]
    [InlineData("root ::= \"\\\"\\n\\x41\\u00e9\\U0001F600\"", "\"\nAé😀", "\"")]
    [InlineData("root ::= .{2}", "é\n", "a")]
    [InlineData("other-rule.1 ::= \"b\"\nroot ::= (\n  \"a\"  # one\n  other-rule.1\n)+", "abab", "aab")]
    [InlineData("root ::= opt opt opt \"x\"\nopt ::= \"a\"?", "aax", "aaaax")]
    [InlineData("root ::= s s\ns ::= \"a\" s \"a\" | \"b\"", "abaaabaa", "abaab")]
    public void TheRootIsTheWholeText(string grammar, string good, params string[] bad)
    {
        var compiled = TestVocabulary.Compile(GrammarKind.Ebnf, grammar);

        Assert.True(compiled.Accepts(good), good);
        foreach (string text in bad)
            Assert.False(compiled.Accepts(text), text);
    }

    [Theory]
    [InlineData("a ::= \"x\"", "no rule named root")]
    [InlineData("root ::= a\nb ::= \"x\"", "line 1, column 10, 'a': there is no rule named a")]
    [InlineData("root ::= \"a\nb ::= \"x\"", "line 1, column 10, '\"a': the text has no '\"' at its end")]
    [InlineData("root ::= \"a\" )", "position 13, ')': no group is open")]
    [InlineData("root ::= (\"a\"", "position 9, '(\"a\"': the group has no ')'")]
    [InlineData("root ::= \"a\"\nroot ::= \"b\"", "line 2, column 1, 'root ::= \"b\"': the rule root is there already")]
    [InlineData("root = \"a\"", "expected a rule, name ::=")]
    [InlineData("root ::= \"a\" (=\"b\")", "position 13, '(=\"b\")': look-ahead is not supported")]
    [InlineData("root ::= TagDispatch((\"a\", b))", "TagDispatch(...) is not supported")]
    [InlineData("root ::= root \"a\" | \"b\"", "Left recursion: root begins with root")]
    [InlineData("root ::= a\na ::= b? c\nb ::= \"x\"\nc ::= a \"y\" | \"z\"",
        "Left recursion: c begins with a begins with c")]
    [InlineData("root ::= \"a\" root", "No text matches")]
    [InlineData("root ::= \"\\q\"", "the escape is not known")]
    [InlineData("root ::= \"a\"{2,1}", "the least number, 2, is more than the most, 1")]
    public void WhatIsWrongIsRefusedWithItsPlace(string grammar, string fault) =>
        Assert.Contains(fault, TestVocabulary.Refusal(GrammarKind.Ebnf, grammar));

    [Fact]
    public void AmbiguityDoesNotGrow()
    {
        var grammar = TestVocabulary.Compile(
            GrammarKind.Ebnf, "root ::= a+\na ::= b | c\nb ::= \"x\" b? \nc ::= \"x\" c?");

        Assert.True(grammar.Accepts(new string('x', 3000)));
    }

    [Fact]
    public void DepthIsNoMatter()
    {
        var grammar = TestVocabulary.Compile(GrammarKind.Ebnf, "root ::= \"(\" root \")\" \"!\"? | \"\"");
        string open = new('(', 20_000), close = new(')', 20_000);

        Assert.True(grammar.Accepts(open + close));
        Assert.False(grammar.Accepts(open + close[1..]));
    }
}
