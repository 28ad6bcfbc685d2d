namespace Sgl.Bench.Metrics;

/// <summary>Whether a process's memory still grows once it has warmed up.</summary>
internal sealed class MemoryTrend
{
    private const double LeastGrowthBytes = 16 << 20;
    private const double LeastGrowthPart = 0.05;

    private readonly List<double> _samples = [];

    /// <param name="bytes">Resident now; samples come at even intervals.</param>
    public void Add(long bytes)
    {
        lock (_samples)
            _samples.Add(bytes);
    }

    /// <summary>Median of the last quarter less that of the one before; null with fewer than eight samples.</summary>
    public double? SecondHalfGrowthBytes
    {
        get
        {
            int quarter = _samples.Count / 4;
            if (quarter < 2)
                return null;
            return Median(_samples.Count - quarter, quarter) - Median(_samples.Count - 2 * quarter, quarter);
        }
    }

    public double PeakBytes => _samples.Max();

    /// <summary>Grown by at most 5 %, or 16 MiB where that is more.</summary>
    public bool IsFlat => SecondHalfGrowthBytes is not double growth
        || growth <= Math.Max(LeastGrowthBytes, LeastGrowthPart * PeakBytes);

    private double Median(int start, int count) => Distribution.Of(_samples.GetRange(start, count)).Median;
}
