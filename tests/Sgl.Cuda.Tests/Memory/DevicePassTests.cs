using Sgl.Cuda.Memory;
using Sgl.Engine.Execution;

namespace Sgl.Cuda.Tests.Memory;

public sealed class DevicePassTests
{
    [Fact]
    public void TilesCoverEveryRowOnceLongestFirst()
    {
        PassSequence[] sequences =
        [
            new(0, 10, new int[10]),
            new(10, 5, new int[500]),
            new(15, 100, new int[100]),
        ];
        DevicePass.PrefillTile[] tiles = DevicePass.ListTiles(sequences, group: 3, rowsPerTile: 128);
        Assert.Equal(new DevicePass.PrefillTile(1, 0), tiles[0]);
        Assert.Equal([(0, 0), (1, 0), (2, 0), (2, 128), (2, 256)],
            tiles.Select(tile => (tile.Sequence, tile.FirstRow)).Order());
        Assert.Equal([256, 128, 0], tiles.Where(tile => tile.Sequence == 2).Select(tile => tile.FirstRow));
    }

    [Fact]
    public void DecodesStandApartUnlessOneKernelIsToTakeBoth()
    {
        PassSequence[] sequences = [new(0, 1, new int[9]), new(1, 3, new int[3]), new(4, 1, new int[1])];
        (PassSequence[] decodes, PassSequence[] prefills) = DevicePass.Part(sequences, decodesApart: true);
        Assert.Equal([0, 4], decodes.Select(sequence => sequence.QueryStart));
        Assert.Equal([1], prefills.Select(sequence => sequence.QueryStart));
        (decodes, prefills) = DevicePass.Part(sequences, decodesApart: false);
        Assert.Empty(decodes);
        Assert.Equal(sequences, prefills);
    }
}
