using Sgl.Engine.Text;
using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Text;

/// <summary>Inputs that would take forever, or the thread's stack, if anything were quadratic or recursive.</summary>
public sealed class TokenizerStressTests
{
    private const int Length = 200_000;

    [Theory]
    [InlineData("llama2")]
    [InlineData("llama3")]
    [InlineData("gpt4o")]
    [InlineData("qwen3")]
    public void AMonotonousTextGoesThereAndBack(string name)
    {
        var tokenizer = Tokenizer.Load(TokenizerPackages.Folder(name));
        foreach (var unit in new[] { "a", " ", "\n", "7", "😀", "ー", "'", "e\u0301", " a", "<|", "\r\n " })
        {
            var text = string.Concat(Enumerable.Repeat(unit, Length / unit.Length));

            var ids = tokenizer.Encode(text, addSpecialTokens: false);

            var expected = name == "qwen3" ? text.Replace("e\u0301", "é") : text;
            Assert.Equal(expected, tokenizer.Decode(ids, skipSpecialTokens: false));
        }
    }

    [Fact]
    public void ALongWordIsMergedAsItsShortParts()
    {
        // The letters never merge with the hyphen, so a word too long to be scanned must give what its parts give.
        var tokenizer = Tokenizer.Load(Repository.TinyModel);
        var part = tokenizer.Encode("abandoned", addSpecialTokens: false);
        using var folder = TokenizerFolder.OfTiny(new()
        {
            ["pre_tokenizer"] = System.Text.Json.Nodes.JsonNode.Parse(
                """{"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}"""),
        });
        var unsplit = Tokenizer.Load(folder.Path);
        var hyphen = unsplit.Encode("\u0001", addSpecialTokens: false);

        var ids = unsplit.Encode(string.Join('\u0001', Enumerable.Repeat("abandoned", 50)), addSpecialTokens: false);

        Assert.Equal(Enumerable.Repeat(part.Concat(hyphen), 50).SelectMany(ids => ids).SkipLast(hyphen.Length), ids);
    }

    [Fact]
    public void SurrogatesThatStandAloneBecomeReplacementCharacters()
    {
        var tokenizer = Tokenizer.Load(Repository.TinyModel);

        var ids = tokenizer.Encode("a\uD83Db\uDE00\uD83D\uDE00\uD83D", addSpecialTokens: false);

        Assert.Equal("a\uFFFDb\uFFFD😀\uFFFD", tokenizer.Decode(ids, skipSpecialTokens: false));
    }

    [Fact]
    public void ThreadsShareATokenizer()
    {
        var shared = Tokenizer.Load(TokenizerPackages.Folder("llama3"));
        // More different words than the cache has places for, so that entries displace each other all the time.
        string[] texts = [.. Enumerable.Range(0, 8).Select(seed => Words(seed, 10_000))];
        int[][] alone = [.. texts.Select(text => shared.Encode(text, addSpecialTokens: false))];

        Parallel.For(0, 16, i => Assert.Equal(alone[i % 8], shared.Encode(texts[i % 8], addSpecialTokens: false)));
    }

    private static string Words(int seed, int count)
    {
        var random = new Random(seed);
        return string.Join(' ', Enumerable.Range(0, count).Select(_ => string.Concat(
            Enumerable.Range(0, random.Next(2, 9)).Select(_ => (char)('a' + random.Next(26))))));
    }
}
