using Sgl.Engine.Text;
using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Text;

public sealed class DetokenizerTests
{
    private const string Text = "Naïve 👩‍👩‍👧 said: 日本語のテキスト, हिन्दी; \u0007 and ﷽!  <|im_end|> x";

    [Theory]
    [InlineData("llama2")]
    [InlineData("llama3")]
    [InlineData("gemma3")]
    [InlineData("qwen3")]
    public void PiecesJoinedEqualDecodeForAnySplit(string name)
    {
        var tokenizer = Tokenizer.Load(TokenizerPackages.Folder(name));
        var random = new Random(3);
        var encoded = tokenizer.Encode(Text, addSpecialTokens: true);
        for (var round = 0; round < 100; round++)
        {
            // Also tokens that no text gives: broken characters, special tokens in the middle, ids that no token has.
            int[] tokens = round % 2 == 0
                ? encoded
                : [.. Enumerable.Range(0, 20).Select(_ => random.Next(-1, tokenizer.VocabularySize + 1))];
            var skip = round % 3 == 0;
            var detokenizer = new Detokenizer(tokenizer, skip);
            var joined = "";
            for (var start = 0; start < tokens.Length;)
            {
                var count = Math.Min(random.Next(0, 4), tokens.Length - start);
                joined += Whole(detokenizer.Append(tokens.AsSpan(start, count)));
                start += count;
            }

            Assert.Equal(tokenizer.Decode(tokens, skip), joined + Whole(detokenizer.Flush()));
        }
    }

    [Fact]
    public void ACharacterComesWhenItIsWhole()
    {
        var tokenizer = Tokenizer.Load(Repository.TinyModel);
        // The four bytes of 😀, as the byte-level alphabet writes them.
        var bytes = Tokens(tokenizer, "ð", "Ł", "ĺ", "Ģ");
        var detokenizer = new Detokenizer(tokenizer, skipSpecialTokens: true);

        Assert.Equal("", detokenizer.Append(bytes.AsSpan(0, 1)));
        Assert.Equal("", detokenizer.Append(bytes.AsSpan(1, 2)));
        Assert.Equal("😀", detokenizer.Append(bytes.AsSpan(3, 1)));
        Assert.Equal("", detokenizer.Append(bytes.AsSpan(0, 3)));
        Assert.Equal("\uFFFD", detokenizer.Flush());
    }

    [Fact]
    public void ARunOfByteTokensThatIsBrokenIsOneReplacementPerByte()
    {
        var tokenizer = Tokenizer.Load(TokenizerPackages.Folder("llama2"));
        var tokens = Tokens(tokenizer, "<0xC3>", "<0xA9>", "<0xC3>", "▁a");
        var detokenizer = new Detokenizer(tokenizer, skipSpecialTokens: true);

        Assert.Equal("", detokenizer.Append(tokens.AsSpan(0, 3)));
        Assert.Equal("\uFFFD\uFFFD\uFFFD a", detokenizer.Append(tokens.AsSpan(3)));
    }

    [Fact]
    public void OnlyTheFirstSpaceOfAStreamIsStripped()
    {
        var tokenizer = Tokenizer.Load(TokenizerPackages.Folder("llama2"));
        var tokens = Tokens(tokenizer, "<s>", "▁▁", "▁Hello", "▁world");
        var detokenizer = new Detokenizer(tokenizer, skipSpecialTokens: true);

        Assert.Equal("", detokenizer.Append(tokens.AsSpan(0, 1)));
        Assert.Equal(" ", detokenizer.Append(tokens.AsSpan(1, 1)));
        Assert.Equal(" Hello", detokenizer.Append(tokens.AsSpan(2, 1)));
        Assert.Equal(" world", detokenizer.Append(tokens.AsSpan(3, 1)));
        Assert.Equal("", detokenizer.Flush());
    }

    /// <summary>A piece, checked to break no surrogate pair.</summary>
    private static string Whole(string piece)
    {
        Assert.False(piece.Length > 0 && (char.IsLowSurrogate(piece[0]) || char.IsHighSurrogate(piece[^1])), piece);
        return piece;
    }

    private static int[] Tokens(Tokenizer tokenizer, params string[] contents) =>
        [.. contents.Select(content => tokenizer.TokenId(content)!.Value)];
}
