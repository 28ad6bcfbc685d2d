using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Text;

public sealed class TokenizerPackagesTests
{
    [Fact]
    public void TwoAtOnceGetTheSameCompleteFolder()
    {
        var folders = new string[2];
        Parallel.For(0, 2, i => folders[i] = TokenizerPackages.Folder("llama2"));

        Assert.Equal(folders[0], folders[1]);
        Assert.True(File.Exists(Path.Combine(folders[0], "tokenizer.json")));
        Assert.True(File.Exists(Path.Combine(folders[0], "tokenizer_config.json")));
    }

    [Fact]
    public void AnUnknownPackageIsNamed()
    {
        var e = Assert.Throws<InvalidOperationException>(() => TokenizerPackages.Folder("no-such-tokenizer"));

        Assert.Contains("@lenml/tokenizer-no-such-tokenizer", e.Message);
    }
}
