namespace Sgl.Bench.Metrics;

/// <summary>
/// Mean, median, standard deviation (of the population) and 99th percentile of some values; zeros of none.
/// </summary>
internal readonly record struct Distribution(double Mean, double Median, double Deviation, double P99)
{
    public static Distribution Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0)
            return default;
        double mean = sorted.Average();
        double variance = sorted.Average(value => (value - mean) * (value - mean));
        return new Distribution(mean, Percentile(sorted, 50), Math.Sqrt(variance), Percentile(sorted, 99));
    }

    /// <summary>
    /// Linear between the two nearest values, as numpy's default: of 1..5, the 25th is 2 and the 90th 4.6.
    /// </summary>
    /// <param name="sorted">Ascending, not empty.</param>
    public static double Percentile(IReadOnlyList<double> sorted, double percent)
    {
        double rank = percent / 100 * (sorted.Count - 1);
        int below = (int)rank;
        int above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
    }
}
