using Sgl.Bench.Metrics;

namespace Sgl.Bench.Tests.Metrics;

public sealed class MemoryTrendTests
{
    private const long Megabyte = 1 << 20;

    [Fact]
    public void Growth_of_the_first_half_is_warming_up()
    {
        MemoryTrend trend = Trend(Enumerable.Range(0, 40).Select(i => 100 + 10 * Math.Min(i, 20)));
        Assert.Equal(0, trend.SecondHalfGrowthBytes);
        Assert.True(trend.IsFlat);
        Assert.Equal(300.0 * Megabyte, trend.PeakBytes);
    }

    [Fact]
    public void Growth_that_goes_on_is_not_flat()
    {
        MemoryTrend trend = Trend(Enumerable.Range(0, 40).Select(i => 100 + 2 * i));
        Assert.Equal(20.0 * Megabyte, trend.SecondHalfGrowthBytes);
        Assert.False(trend.IsFlat);
    }

    [Fact]
    public void A_part_of_much_memory_may_come_and_go()
    {
        Assert.True(Trend(Enumerable.Range(0, 40).Select(i => 1000 + 2 * i)).IsFlat);
        Assert.True(Trend(Enumerable.Range(0, 40).Select(i => 1000 - 20 * i)).IsFlat);
    }

    [Fact]
    public void Too_few_samples_say_nothing() => Assert.Null(Trend([1, 200, 300]).SecondHalfGrowthBytes);

    private static MemoryTrend Trend(IEnumerable<int> megabytes)
    {
        MemoryTrend trend = new();
        foreach (int size in megabytes)
            trend.Add(size * Megabyte);
        return trend;
    }
}
