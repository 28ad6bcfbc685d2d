using Sgl.Engine.Requests;
using Sgl.Engine.Text;
using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Text;

public sealed class TokenizerTests
{
    private static readonly Tokenizer _tiny = Tokenizer.Load(Repository.TinyModel);

    [Fact]
    public void TheEmbeddedModelsTokenizerGoesThereAndBack()
    {
        const string text = "<|im_start|>user\nWhat is 2 + 2? Écoute 😀!<|im_end|>\n";

        var ids = _tiny.Encode(text, addSpecialTokens: true);

        Assert.Equal(4088, ids[0]);
        Assert.Equal(text, _tiny.Decode(ids, skipSpecialTokens: false));
        Assert.Equal("user\nWhat is 2 + 2? Écoute 😀!\n", _tiny.Decode(ids, skipSpecialTokens: true));
    }

    [Fact]
    public void TokensAreKnownByContentAndId()
    {
        Assert.Equal(4096, _tiny.VocabularySize);
        Assert.Equal(4089, _tiny.TokenId("<|im_end|>"));
        Assert.Null(_tiny.TokenId("no such token"));
        Assert.True(_tiny.IsSpecial(4089));
        Assert.False(_tiny.IsSpecial(4090));
        Assert.Equal(" a"u8.ToArray(), _tiny.TokenBytes(_tiny.TokenId("Ġa")!.Value));
        Assert.Equal("<|im_end|>"u8.ToArray(), _tiny.TokenBytes(4089));
        Assert.Empty(_tiny.TokenBytes(4096));
        Assert.Equal("", _tiny.Decode([4096, -1], skipSpecialTokens: false));
    }

    [Fact]
    public void AMissingFileIsNamed()
    {
        var e = Assert.Throws<UserErrorException>(() => Tokenizer.Load("/nowhere"));

        Assert.Contains("/nowhere/tokenizer.json", e.Message);
    }
}
