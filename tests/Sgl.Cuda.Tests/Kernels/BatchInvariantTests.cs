using Sgl.Cuda.Kernels;

namespace Sgl.Cuda.Tests.Kernels;

public sealed class BatchInvariantTests
{
    [Theory]
    [InlineData(1, 16)]
    [InlineData(16, 16)]
    [InlineData(17, 64)]
    [InlineData(64, 64)]
    [InlineData(65, 128)]
    [InlineData(8192, 128)]
    public void TheLowestTileThatTakesAllRowsIsChosen(int rows, int tile) =>
        Assert.Equal(tile, BatchInvariant.TileFor(rows).Rows);

    [Fact]
    public void TheGridCoversEveryOutput()
    {
        foreach (BatchInvariant.Tile tile in BatchInvariant.Tiles)
        {
            (int x, int y, int z) = tile.Grid(rows: 8193, outputs: 128_257);
            Assert.InRange(x * tile.Rows, 8193, 8193 + tile.Rows - 1);
            Assert.InRange(y * tile.Outputs, 128_257, 128_257 + tile.Outputs - 1);
            Assert.Equal(1, z);
            // What the smallest of the known devices gives a block.
            Assert.InRange(tile.SharedBytes, 1, 99 * 1024);
        }
    }
}
