using Sgl.Engine.Cache;

namespace Sgl.Engine.Tests.Cache;

public sealed class PrefixBlocksTests
{
    private static readonly int[] _tokens = [.. Enumerable.Range(0, 200).Select(i => i * i % 97)];

    [Fact]
    public void OnlyWholeBlocksHaveNames()
    {
        Assert.Empty(PrefixBlocks.Of(0, _tokens.AsSpan(0, PrefixBlocks.Size - 1)));
        Assert.Single(PrefixBlocks.Of(0, _tokens.AsSpan(0, PrefixBlocks.Size)));
        Assert.Equal(6, PrefixBlocks.Of(0, _tokens).Length);
    }

    [Fact]
    public void ANameIsOfAllTokensUpToTheBlocksEnd()
    {
        ulong[] blocks = PrefixBlocks.Of(0, _tokens);
        Assert.Equal(blocks[..2], PrefixBlocks.Of(0, _tokens.AsSpan(0, 2 * PrefixBlocks.Size)));
        Assert.NotEqual(blocks[0], PrefixBlocks.Of(1, _tokens)[0]);
        for (int at = 0; at < 6 * PrefixBlocks.Size; at++)
        {
            int[] other = [.. _tokens];
            other[at]++;
            ulong[] others = PrefixBlocks.Of(0, other);
            for (int block = 0; block < blocks.Length; block++)
                Assert.Equal(block < at / PrefixBlocks.Size, blocks[block] == others[block]);
        }
    }

    [Fact]
    public void ExtendingPieceByPieceIsExtendingAtOnce()
    {
        ulong whole = PrefixBlocks.Extend(PrefixBlocks.Start(0), _tokens);
        for (int cut = 0; cut <= 9; cut++)
        {
            ulong hash = PrefixBlocks.Extend(PrefixBlocks.Start(0), _tokens.AsSpan(0, cut));
            Assert.Equal(whole, PrefixBlocks.Extend(hash, _tokens.AsSpan(cut)));
        }
    }

    [Fact]
    public void ZerosCount() =>
        Assert.Equal(100, PrefixBlocks.Of(0, new int[100 * PrefixBlocks.Size]).Distinct().Count());

    /// <summary>Gateways and replicas of two versions run side by side while a cluster is upgraded.</summary>
    [Fact]
    public void NamesStayFromVersionToVersion() =>
        Assert.Equal(0xE5E45AC96FAA1B29UL, PrefixBlocks.Of(0, [.. Enumerable.Range(0, PrefixBlocks.Size)])[0]);
}
