using System.Collections.Concurrent;
using System.Diagnostics;
using Sgl.Cluster.Bench.Harness;

namespace Sgl.Cluster.Bench.Acceptance;

/// <summary>Runs all cases against a cluster, and again until a fault that came in their middle is over.</summary>
internal static class StreamRun
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(20);

    /// <param name="concurrency">Streams at the same time.</param>
    public static async Task<StreamReport> RunAsync(
        LocalCluster cluster, StreamCase[] cases, int concurrency, Fault fault)
    {
        using StreamClient client = new([.. cluster.Gateways.Select(gateway => gateway.Url)]);
        long start = Stopwatch.GetTimestamp();
        ConcurrentBag<(int Case, StreamOutcome Outcome)> outcomes = [];
        int next = -1;
        bool over = false;
        Task streams = Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is int i && (i < cases.Length || !Volatile.Read(ref over)))
                outcomes.Add((i % cases.Length, await client.RunAsync(cases[i % cases.Length])));
        })));
        long half = cases.Sum(one => (long)one.Choices * one.MaxNewTokens) / 2;
        while (client.TokensSeen < half && !streams.IsCompleted)
            await Task.Delay(_look);
        double struckAfter = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await fault.Strike(cluster);
        double wholeAfter = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Volatile.Write(ref over, true);
        await streams;
        return new StreamReport(
            fault.Name, [.. outcomes], struckAfter, wholeAfter, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
