using System.Text;
using Sgl.Engine.Text.Tokenizing.Patterns;

namespace Sgl.Engine.Tests.Text.Tokenizing.Patterns;

/// <summary>Beside the patterns that the pre-tokenizers' tests run.</summary>
public sealed class PatternTests
{
    [Theory]
    [InlineData("(a", "a ( without its )")]
    [InlineData("a)", "a ) without its (")]
    [InlineData("[a", "a [ without its ]")]
    [InlineData("[b-a]", "a range that runs backwards")]
    [InlineData("*a", "a quantifier without anything before it")]
    [InlineData("a{3,2}", "an interval whose end is before its start")]
    [InlineData(@"\p{Klingon}", "the unknown property Klingon")]
    [InlineData(@"\p{L", "a { without its }")]
    [InlineData(@"(a)\1", @"the unknown escape \1")]
    [InlineData(@"a\", @"a \ at its end")]
    [InlineData(@"\x{110000}", "a broken hexadecimal escape")]
    [InlineData("(?y)a", "the unknown group kind (?y")]
    [InlineData("[[:nope:]]", "the unknown property nope")]
    [InlineData("(a*)*", "may be empty")]
    [InlineData("(?<=a*)b", "looks behind without a limit")]
    [InlineData("((ab){500}c){500}", "too large")]
    public void ABrokenPatternIsRefusedWithItsReason(string source, string reason)
    {
        var e = Assert.Throws<FormatException>(() => Pattern.Parse(source));

        Assert.Contains(reason, e.Message);
    }

    [Theory]
    [InlineData("a|b", "xaby", "x..y")]
    [InlineData("a*", "baac", ".b.c.")]
    [InlineData(@"\p{L}+", "1𝔘é-", "1.-")]
    [InlineData("[^a]", "a😀a", "a.a")]
    [InlineData("(?=b)", "abab", "a.ba.b")]
    [InlineData("nothing", "xaby", "xaby")]
    public void ReplacesEveryMatch(string source, string text, string expected) =>
        Assert.Equal(expected, Pattern.Parse(source).Replace(text, "."));

    [Fact]
    public void ALiteralIsNoPattern() => Assert.Equal("a-b", Pattern.Literal(".*").Replace("a.*b", "-"));

    [Theory]
    [InlineData(@"\s+(?!\S)|\s*[\r\n]+|\s+", " ")]
    [InlineData(@"[^\r\n\p{L}\p{N}]?\p{L}+", "a")]
    [InlineData(@"(?:ab?)+$", "a")]
    [InlineData(@"(?:(?:a|b)c?)*d", "a")]
    [InlineData(@"[\p{Lu}\p{Lo}]*[\p{Ll}\p{Lo}]+", "あ")]
    [InlineData(@".+?$", "😀")]
    public void ALongTextIsNeitherSlowNorDeep(string source, string unit)
    {
        // A step for every character and way back is fine; a recursion for each would end the process.
        var text = new StringBuilder().Insert(0, unit, source[0] == '(' ? 3000 : 200_000).ToString();
        var matcher = new PatternMatcher(Pattern.Parse(source), text, new Backtrack[PatternMatcher.UsualDepth]);

        var matches = 0;
        while (matcher.Next() && matches < 2) matches++;

        Assert.InRange(matches, 0, 2);
    }
}
