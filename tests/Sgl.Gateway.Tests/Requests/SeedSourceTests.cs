using Sgl.Gateway.Requests;

namespace Sgl.Gateway.Tests.Requests;

public sealed class SeedSourceTests
{
    [Fact]
    public void TheFirstChoiceHasTheRequestsSeedAndTheOthersTheirOwn()
    {
        ulong[] seeds = [.. Enumerable.Range(0, 64).Select(i => SeedSource.OfChoice(9, i))];
        Assert.Equal(9ul, seeds[0]);
        Assert.Equal(seeds.Length, seeds.Distinct().Count());
        Assert.NotEqual(SeedSource.OfChoice(9, 1), SeedSource.OfChoice(10, 1));
    }

    [Fact]
    public void SourcesOfOneRandomSeedAgreeAndOfTwoDiffer()
    {
        SeedSource first = new(1);
        SeedSource same = new(1);
        SeedSource other = new(2);
        for (int i = 0; i < 100; i++)
        {
            ulong seed = first.Next();
            Assert.Equal(seed, same.Next());
            Assert.NotEqual(seed, other.Next());
        }
    }
}
