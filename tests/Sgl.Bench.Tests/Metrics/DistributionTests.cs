using Sgl.Bench.Metrics;

namespace Sgl.Bench.Tests.Metrics;

public sealed class DistributionTests
{
    /// <summary>numpy.percentile of these values with its default, linear interpolation.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(25, 2)]
    [InlineData(50, 3)]
    [InlineData(90, 4.6)]
    [InlineData(99, 4.96)]
    [InlineData(100, 5)]
    public void Percentiles_lie_between_the_nearest_values(double percent, double expected) =>
        Assert.Equal(expected, Distribution.Percentile([1, 2, 3, 4, 5], percent), 12);

    [Fact]
    public void A_distribution_takes_values_in_any_order()
    {
        Distribution values = Distribution.Of([4, 1, 3, 2]);
        Assert.Equal(2.5, values.Mean);
        Assert.Equal(2.5, values.Median);
        Assert.Equal(Math.Sqrt(1.25), values.Deviation, 12);
        Assert.Equal(3.97, values.P99, 12);
    }

    [Fact]
    public void One_value_is_all_of_its_figures_and_none_are_zeros()
    {
        Assert.Equal(new Distribution(7, 7, 0, 7), Distribution.Of([7]));
        Assert.Equal(default, Distribution.Of([]));
    }
}
