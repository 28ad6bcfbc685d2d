namespace Sgl.Engine.Tests.Models;

public sealed class RecipeWeightsTests
{
    [Fact]
    public void BeginsWithTheValuesThatTheDesignGives() => Assert.Equal(
        [0x3f1c, 0x3f30, 0x3f6a, 0x3f90, 0x3f74, 0x3f99],
        RecipeWeights.Values("model.norm.weight", count: 6, offset: 1, scale: 0.433013).Select(bits => (int)bits));
}
