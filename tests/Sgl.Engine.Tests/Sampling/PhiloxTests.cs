using Sgl.Engine.Sampling;

namespace Sgl.Engine.Tests.Sampling;

public sealed class PhiloxTests
{
    /// <summary>The known answers for philox4x32-10 in Random123's kat_vectors; words from lowest to highest.</summary>
    [Theory]
    [InlineData(
        new uint[] { 0, 0, 0, 0 },
        new uint[] { 0, 0 },
        new uint[] { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 })]
    [InlineData(
        new uint[] { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
        new uint[] { 0xffffffff, 0xffffffff },
        new uint[] { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd })]
    [InlineData(
        new uint[] { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
        new uint[] { 0xa4093822, 0x299f31d0 },
        new uint[] { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 })]
    public void Block_gives_the_published_answers(uint[] counter, uint[] key, uint[] answer)
    {
        Assert.Equal(Join(answer), Philox.Block(Join(counter), (ulong)Join(key)));
    }

    [Fact]
    public void Uniform_is_the_top_53_bits_of_the_low_half()
    {
        Assert.Equal((0xe169c58d6627e8d5 >> 11) / (double)(1UL << 53), Philox.Uniform(0, 0));
    }

    [Fact]
    public void Uniform_spreads_evenly_over_positions_and_over_seeds()
    {
        double[] tenths = Enumerable.Repeat(0.1, 10).ToArray();
        ChiSquare.AssertFits(tenths, Enumerable.Range(0, 20_000).Select(i => (int)(10 * Philox.Uniform(7, (ulong)i))));
        ChiSquare.AssertFits(tenths, Enumerable.Range(0, 20_000).Select(i => (int)(10 * Philox.Uniform((ulong)i, 7))));
    }

    private static UInt128 Join(uint[] words)
    {
        UInt128 joined = 0;
        for (int i = words.Length - 1; i >= 0; i--)
            joined = (joined << 32) | words[i];
        return joined;
    }
}
