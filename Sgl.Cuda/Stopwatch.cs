namespace Sgl.Cuda;

/// <summary>Times of device work, by events around it.</summary>
internal static class Stopwatch
{
    /// <summary>Seconds; after two runs to warm up, the median of the rest.</summary>
    public static double Median(CudaContext context, int repeats, Action run)
    {
        using CudaEvent start = new(context), end = new(context);
        run();
        run();
        List<double> times = [];
        for (int i = 0; i < repeats; i++)
        {
            start.Record();
            run();
            end.Record();
            end.Synchronize();
            times.Add(end.MillisecondsSince(start) / 1e3);
        }
        times.Sort();
        return times[times.Count / 2];
    }

    /// <summary>Seconds by the host's clock of a run that ends synchronized; median after one to warm up.</summary>
    public static double MedianWall(int repeats, Action run)
    {
        run();
        List<double> times = [];
        for (int i = 0; i < repeats; i++)
        {
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            run();
            times.Add(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        times.Sort();
        return times[times.Count / 2];
    }
}
