using System.Diagnostics;
using System.Globalization;
using Sgl.Bench.CommandLine;
using Sgl.Bench.Http;
using Sgl.Cluster.Bench.Harness;

namespace Sgl.Cluster.Bench.Acceptance;

/// <summary>From no replica to as many as there are slots and back, with the timeline of it.</summary>
internal static class ScaleCommand
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);

    public static Command Command { get; } = new(
        "scale",
        "no replica, one for the first request, more under load, none when it is quiet",
        [
            .. ClusterFlags.All,
            new("--replicas", "N", "3", "silos with one slot each"),
            new("--streams", "N", "150", "requests of the load"),
            new("--concurrency", "N", "50", "of them at the same time"),
            new("--idle-seconds", "N", "5", "the cluster's flag"),
            new("--max-running-requests", "N", "16", "the engines' flag: what is beyond it waits in a queue"),
        ],
        (flags, cancellation) => RunAsync(flags, Console.Out, cancellation));

    private static async Task<int> RunAsync(FlagValues flags, TextWriter output, CancellationToken cancellation)
    {
        int most = flags.Integer("--replicas", 1);
        ClusterShape shape = ClusterFlags.Shape(flags) with
        {
            Replicas = most,
            SiloFlags =
            [
                "--min-replicas", "0", "--max-replicas", $"{most}", "--idle-seconds", flags.Text("--idle-seconds"),
                "--max-running-requests", flags.Text("--max-running-requests"),
            ],
        };
        await using LocalCluster cluster = await LocalCluster.StartAsync(shape);
        using ServerClient server = new(cluster.Gateways.First().Url);
        using StreamClient client = new([cluster.Gateways.First().Url]);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Timeline timeline = new(output);
        Task watching = WatchAsync(server, timeline, end.Token);

        await timeline.UntilAsync(state => state.Replicas == 0, _patience);
        timeline.Say("the first request is sent");
        StreamOutcome first = await client.RunAsync(StreamCase.Make(1, 32)[0]);
        timeline.Say(string.Create(
            CultureInfo.InvariantCulture, $"its first token came after {first.FirstTokenSeconds:0.00} s"));
        StreamCase[] cases = StreamCase.Make(flags.Integer("--streams", 1), 128);
        StreamOutcome[] outcomes = new StreamOutcome[cases.Length];
        timeline.Say($"{cases.Length} requests begin");
        await Parallel.ForAsync(
            0, cases.Length, new ParallelOptions { MaxDegreeOfParallelism = flags.Integer("--concurrency", 1) },
            async (i, _) => outcomes[i] = await client.RunAsync(cases[i]));
        timeline.Say("the last of them has ended");
        await timeline.UntilAsync(state => state.Replicas == 0, _patience);
        await end.CancelAsync();
        await watching;

        string[] failed = [.. outcomes.Append(first).Select(outcome => outcome.Error).OfType<string>()];
        int refusals = outcomes.Append(first).Sum(outcome => outcome.Refusals);
        await output.WriteLineAsync(
            $"most replicas {timeline.Most} of {most}, failed requests {failed.Length}, refusals {refusals}"
            + string.Concat(failed.Take(3).Select(error => $"\n  {error}")));
        return failed.Length == 0 && timeline.Most == most ? 0 : 1;
    }

    private static async Task WatchAsync(ServerClient server, Timeline timeline, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                timeline.Note(await ClusterState.ReadAsync(server, cancellation));
                await Task.Delay(_look, cancellation);
            }
            catch (OperationCanceledException)
            {
                // The end.
            }
        }
    }

    /// <summary>Prints what changes, with the time.</summary>
    private sealed class Timeline(TextWriter output)
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private volatile ClusterState? _state;

        /// <summary>Replicas that were ready at the same time.</summary>
        public int Most { get; private set; }

        public void Note(ClusterState state)
        {
            Most = Math.Max(Most, state.Ready);
            if (_state?.Ready != state.Ready || _state.Replicas != state.Replicas || _state.Desired != state.Desired)
                Say($"{state.Ready} replicas ready, {state.Replicas} known, {state.Desired} wanted, "
                    + $"{state.Running} streams, {state.Held} held");
            _state = state;
        }

        public void Say(string what) => output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_start).TotalSeconds,7:0.00} s  {what}"));

        /// <exception cref="TimeoutException">It never came so far.</exception>
        public async Task UntilAsync(Func<ClusterState, bool> reached, TimeSpan patience)
        {
            long start = Stopwatch.GetTimestamp();
            while (_state is not { } state || !reached(state))
            {
                if (Stopwatch.GetElapsedTime(start) > patience)
                    throw new TimeoutException($"The cluster is still at {_state} after {patience}.");
                await Task.Delay(_look);
            }
        }
    }
}
