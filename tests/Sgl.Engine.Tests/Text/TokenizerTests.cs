using Sgl.Engine.Requests;
using Sgl.Engine.Text;
using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Text;

public sealed class TokenizerTests
{
    private static readonly Tokenizer Tiny = Tokenizer.Load(Repository.TinyModel);

    [Fact]
    public void TheEmbeddedModelsTokenizerGoesThereAndBack()
    {
        const string text = "<|im_start|>user\nWhat is 2 + 2? Écoute 😀!<|im_end|>\n";

        var ids = Tiny.Encode(text, addSpecialTokens: true);

        Assert.Equal(4088, ids[0]);
        Assert.Equal(text, Tiny.Decode(ids, skipSpecialTokens: false));
        Assert.Equal("user\nWhat is 2 + 2? Écoute 😀!\n", Tiny.Decode(ids, skipSpecialTokens: true));
    }

    [Fact]
    public void TokensAreKnownByContentAndId()
    {
        Assert.Equal(4096, Tiny.VocabularySize);
        Assert.Equal(4089, Tiny.TokenId("<|im_end|>"));
        Assert.Null(Tiny.TokenId("no such token"));
        Assert.True(Tiny.IsSpecial(4089));
        Assert.False(Tiny.IsSpecial(4090));
        Assert.Equal(" a"u8.ToArray(), Tiny.TokenBytes(Tiny.TokenId("Ġa")!.Value));
        Assert.Equal("<|im_end|>"u8.ToArray(), Tiny.TokenBytes(4089));
        Assert.Empty(Tiny.TokenBytes(4096));
        Assert.Equal("", Tiny.Decode([4096, -1], skipSpecialTokens: false));
    }

    [Fact]
    public void AMissingFileIsNamed()
    {
        var e = Assert.Throws<UserErrorException>(() => Tokenizer.Load("/nowhere"));

        Assert.Contains("/nowhere/tokenizer.json", e.Message);
    }
}
