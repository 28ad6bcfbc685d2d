using Sgl.Engine.Text;

namespace Sgl.Engine.Tests.Text;

public sealed class StopMatcherTests
{
    [Theory]
    [InlineData("one two three", "two", "one ", "two")]
    [InlineData("one two three", "zwei", "one two three", null)]
    // Complete first, although the other begins earlier.
    [InlineData("xabcd", "abcd|bc", "xa", "bc")]
    // Complete together: the longest.
    [InlineData("xabc", "bc|abc", "x", "abc")]
    [InlineData("xabc", "ab|abc", "x", "ab")]
    // A beginning that fails may hold the true one.
    [InlineData("aaab", "aab", "a", "aab")]
    [InlineData("ababac", "abac", "ab", "abac")]
    [InlineData("stop", "stop", "", "stop")]
    [InlineData("ends with st", "stop", "ends with st", null)]
    [InlineData("😀😁", "😁", "😀", "😁")]
    [InlineData("nothing", "", "nothing", null)]
    public void TheFirstIsFoundHoweverTheTextIsCut(string text, string stops, string before, string? matched)
    {
        for (var size = 1; size <= text.Length; size++)
        {
            var matcher = new StopMatcher(stops.Split('|'));
            var shown = "";
            for (var start = 0; start < text.Length; start += size)
                shown += matcher.Append(text.Substring(start, Math.Min(size, text.Length - start)));
            shown += matcher.Flush();

            Assert.Equal(before, shown);
            Assert.Equal(matched, matcher.Matched);
        }
    }

    [Fact]
    public void OnlyWhatCouldBecomeAStopStringIsHeldBack()
    {
        var matcher = new StopMatcher(["\n\nUser:", "###"]);

        Assert.Equal("Yes.", matcher.Append("Yes.\n"));
        Assert.Equal("", matcher.Append("\n"));
        Assert.Equal("\n", matcher.Append("\nUs"));
        Assert.Equal("\n\nUsing ", matcher.Append("ing ##"));
        Assert.Equal("##", matcher.Flush());
    }

    [Fact]
    public void AfterTheMatchNothingComes()
    {
        var matcher = new StopMatcher(["."]);

        Assert.Equal("a", matcher.Append("a.b."));
        Assert.Equal("", matcher.Append("c"));
        Assert.Equal("", matcher.Flush());
        Assert.Equal(".", matcher.Matched);
    }

    [Fact]
    public void TheMatchIsKeptWhenAskedFor()
    {
        var matcher = new StopMatcher(["END"], keepStop: true);

        Assert.Equal("so it ", matcher.Append("so it E"));
        Assert.Equal("END", matcher.Append("ND and more"));
    }

    [Fact]
    public void WithoutStopStringsEverythingPasses()
    {
        var matcher = new StopMatcher([]);

        Assert.Equal("a", matcher.Append("a"));
        Assert.Equal("", matcher.Flush());
        Assert.Null(matcher.Matched);
    }

    [Fact]
    public void AgreesWithALookAtEveryBeginningOfTheText()
    {
        var random = new Random(5);
        for (var round = 0; round < 2000; round++)
        {
            var count = random.Next(1, 4);
            string[] stops = [.. Enumerable.Range(0, count).Select(_ => Letters(random, random.Next(1, 5)))];
            var text = Letters(random, random.Next(0, 20));
            var end = Enumerable.Range(1, text.Length).FirstOrDefault(n => stops.Any(text[..n].EndsWith), -1);
            var expected = end < 0 ? null : stops.Where(text[..end].EndsWith).MaxBy(stop => stop.Length);
            var matcher = new StopMatcher(stops);
            var shown = "";
            for (var start = 0; start < text.Length;)
            {
                var size = Math.Min(random.Next(0, 4), text.Length - start);
                shown += matcher.Append(text.Substring(start, size));
                start += size;
            }

            Assert.Equal(expected, matcher.Matched);
            Assert.Equal(expected is null ? text : text[..(end - expected.Length)], shown + matcher.Flush());
        }
    }

    private static string Letters(Random random, int count) =>
        string.Concat(Enumerable.Range(0, count).Select(_ => (char)('a' + random.Next(2))));
}
