using System.Diagnostics;
using Sgl.Cluster.Bench.Harness;

namespace Sgl.Cluster.Bench.Acceptance;

/// <summary>Runs all cases at once against a cluster, with a fault in the middle.</summary>
internal static class StreamRun
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(20);

    /// <param name="concurrency">Streams at the same time.</param>
    public static async Task<StreamReport> RunAsync(
        LocalCluster cluster, StreamCase[] cases, int concurrency, Fault fault)
    {
        using StreamClient client = new([.. cluster.Gateways.Select(gateway => gateway.Url)]);
        long start = Stopwatch.GetTimestamp();
        StreamOutcome[] outcomes = new StreamOutcome[cases.Length];
        Task streams = Parallel.ForAsync(
            0, cases.Length, new ParallelOptions { MaxDegreeOfParallelism = concurrency },
            async (i, _) => outcomes[i] = await client.RunAsync(cases[i]));
        long half = cases.Sum(one => (long)one.Choices * one.MaxNewTokens) / 2;
        while (client.TokensSeen < half && !streams.IsCompleted)
            await Task.Delay(_look);
        double struckAfter = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await fault.Strike(cluster);
        double wholeAfter = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await streams;
        return new StreamReport(
            fault.Name, cases, outcomes, struckAfter, wholeAfter, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
