using Sgl.Engine.Execution;

namespace Sgl.Cuda.Tests;

public sealed class CheckTests
{
    [Fact]
    public void TokensAreOfTheVocabularyOrDrawnRows()
    {
        Check.Tokens([0, 49, Pass.Drawn(0), Pass.Drawn(7)], vocabulary: 50, drawn: 8);
        Assert.Throws<ArgumentOutOfRangeException>(() => Check.Tokens([50], 50, 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => Check.Tokens([Pass.Drawn(8)], 50, 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => Check.Tokens([Pass.Drawn(0)], 50, 0));
    }
}
