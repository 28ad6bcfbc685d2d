namespace Sgl.Cuda.Tests;

public sealed class GraphSizesTests
{
    [Fact]
    public void EverySizeUpTo8ThenFourAnOctave()
    {
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48], GraphSizes.UpTo(48));
        Assert.Equal([128, 160, 192, 224, 256, 288, 300], GraphSizes.UpTo(300)[^7..]);
    }

    [Fact]
    public void TheLargestIsTheLastAndNoneIsTwice()
    {
        Assert.Empty(GraphSizes.UpTo(0));
        for (int most = 1; most < 600; most++)
        {
            int[] sizes = GraphSizes.UpTo(most);
            Assert.Equal(most, sizes[^1]);
            Assert.Equal(sizes.Distinct().Order(), sizes);
        }
    }

    [Fact]
    public void PaddingIsAFifthAtMost()
    {
        int[] sizes = GraphSizes.UpTo(256);
        for (int count = 1; count <= 256; count++)
            Assert.InRange(sizes.First(size => size >= count), count, count * 1.25);
    }
}
