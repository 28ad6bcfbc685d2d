using Sgl.Engine.Requests;

namespace Sgl.Engine.Tests.Sampling.Grammar;

public sealed class RegexParserTests
{
    [Theory]
    [InlineData("abc", "abc", "ab", "abcd", "")]
    [InlineData("a|bc|", "bc", "abc", "b")]
    [InlineData("", "", "a")]
    [InlineData("(ab){2,3}", "ababab", "ab", "abababab")]
    [InlineData("a{,2}", "aa", "aaa")]
    [InlineData("a{2,}?", "aaaa", "a")]
    [InlineData("a??b", "b", "a")]
    [InlineData("[^a-c\\]]", "d", "a", "]")]
    [InlineData("[]a]+", "]a]", "b")]
    [InlineData("[a-]+", "-a-", "b")]
    [InlineData("[\\b]", "\b", "b")]
    [InlineData("\\d\\D\\w\\W\\s\\S", "1a_- .", "1a_- \n", "aa_- .")]
    [InlineData(".", "é", "\n")]
    [InlineData("[à-ü]{2}", "éç", "ey")]
    [InlineData("[\\u4e00-\\u9fff\\U0001F600-\\U0001F64F]+", "中😀", "a", "é")]
    [InlineData("\\x{1F600}\\p{Lu}\\P{L}", "😀É1", "😀é1", "😀Éa")]
    [InlineData("^a$|^b$", "b", "ab")]
    [InlineData("(?:a|(?P<n>b)|(?<m>c))+", "abc", "d")]
    [InlineData("\\(\\$\\.\\^\\|\\)\\/\\-\\\\", "($.^|)/-\\", "(")]
    [InlineData("(a*)*b", "aab", "aa")]
    [InlineData("((a?){300}b){1,2}", "aab", "aa")]
    public void TheWholeTextMatches(string regex, string good, params string[] bad)
    {
        var grammar = TestVocabulary.Compile(GrammarKind.Regex, regex);

        Assert.True(grammar.Accepts(good), good);
        foreach (string text in bad)
            Assert.False(grammar.Accepts(text), text);
    }

    [Theory]
    [InlineData("a(?=b)", "position 1", "look-ahead")]
    [InlineData("a(?!b)", "position 1", "look-ahead")]
    [InlineData("(?<=a)b", "position 0", "look-behind")]
    [InlineData("(a)\\1", "position 3", "back-references")]
    [InlineData("(?P<a>x)(?P=a)", "position 8", "back-references")]
    [InlineData("ab\\b", "position 2", "word boundaries")]
    [InlineData("a^", "position 1", "^ is supported at the beginning")]
    [InlineData("a$b", "position 1", "$ is supported at the end")]
    [InlineData("(a", "position 0", "no ')'")]
    [InlineData("a)", "position 1", "no group")]
    [InlineData("[a", "position 0", "no ']'")]
    [InlineData("[z-a]", "position 1", "backwards")]
    [InlineData("*a", "position 0", "nothing to repeat")]
    [InlineData("a**", "position 2", "quantifier")]
    [InlineData("a*+", "position 2", "possessive")]
    [InlineData("a{3,1}", "position 1", "more than the most")]
    [InlineData("a{1", "position 1", "expected {m}")]
    [InlineData("a{99999}", "position 2", "too many times")]
    [InlineData("(?i)a", "position 0", "flags")]
    [InlineData("a\\", "position 1", "backslash")]
    [InlineData("a\nb\\q", "line 2, column 2", "escape")]
    [InlineData("\\p{Nope}", "position 0", "Nope")]
    public void WhatCannotBeDoneIsRefusedWithItsPlace(string regex, string place, string fault)
    {
        string message = TestVocabulary.Refusal(GrammarKind.Regex, regex);

        Assert.Contains(place, message);
        Assert.Contains(fault, message);
    }

    [Fact]
    public void WhatWouldBeTooLargeIsRefused()
    {
        Assert.Contains("too large", TestVocabulary.Refusal(GrammarKind.Regex, "((a{1000}){1000}){1000}"));
        Assert.Contains("deep", TestVocabulary.Refusal(GrammarKind.Regex, new string('(', 5000)));
        Assert.Contains("characters", TestVocabulary.Refusal(GrammarKind.Regex, new string('a', 1 << 20)));
    }

    [Fact]
    public void AnEmptyClassMatchesNothing() =>
        Assert.Contains("No text matches", TestVocabulary.Refusal(GrammarKind.Regex, "a[^\\s\\S]"));
}
