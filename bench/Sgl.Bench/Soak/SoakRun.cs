using System.Diagnostics;
using System.Text.Json.Nodes;
using Sgl.Bench.Http;
using Sgl.Bench.Metrics;
using Sgl.Bench.Reporting;
using Sgl.Bench.Serving;

namespace Sgl.Bench.Soak;

/// <summary>Streams that never rest: each sends one request after the other, and drops some of them midway.</summary>
/// <param name="seconds">No request is sent after that; those under way are let be.</param>
/// <param name="longest">Most tokens of a prompt and of an output.</param>
internal sealed class SoakRun(
    ServerClient server,
    int vocabulary,
    double seconds,
    (int Prompt, int Output) longest,
    double cancelFraction,
    int seed)
{
    /// <summary>Tokens that all prompts begin with; the least length of one is a token more.</summary>
    public const int SharedPrefix = 48;

    /// <summary>One in so many cancellations comes by the clock and so meets requests that wait or prefill.</summary>
    private const int WaitingCancels = 3;

    private readonly long _start = Stopwatch.GetTimestamp();

    public SoakCounts Counts { get; } = new();

    private double Elapsed => Stopwatch.GetElapsedTime(_start).TotalSeconds;

    public async Task RunAsync(int streams, ProgressBar progress, CancellationToken cancellation)
    {
        await Task.WhenAll(Enumerable.Range(0, streams).Select(stream => StreamAsync(stream, progress, cancellation)));
    }

    /// <summary>Adds the process's memory every second until the run is over.</summary>
    public async Task WatchAsync(int pid, MemoryTrend memory, CancellationToken cancellation)
    {
        using Process process = Process.GetProcessById(pid);
        while (Elapsed < seconds)
        {
            process.Refresh();
            memory.Add(process.WorkingSet64);
            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        }
    }

    private async Task StreamAsync(int stream, ProgressBar progress, CancellationToken cancellation)
    {
        Random random = new(seed + stream);
        // Streams that share a prefix meet in the radix tree, where one's cancellation must not take what another uses.
        PromptSource prompts = new(new Random(seed + stream % 4), vocabulary, SharedPrefix);
        while (Elapsed < seconds)
        {
            int[] prompt = prompts.Next(random.Next(1, longest.Prompt - SharedPrefix + 1));
            int outputLength = random.Next(2, longest.Output + 1);
            using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            int cancelAt = int.MaxValue;
            if (random.NextDouble() < cancelFraction)
            {
                cancelAt = random.Next(1, outputLength);
                if (random.Next(WaitingCancels) == 0)
                    stop.CancelAfter(TimeSpan.FromSeconds(random.NextDouble() * Counts.MeanFirstTokenSeconds));
            }
            await RequestAsync(prompt, outputLength, cancelAt, stop, cancellation);
            progress.Report(Math.Min(Elapsed, seconds), $"{Counts.Completed} completed, {Counts.Cancelled} cancelled");
        }
    }

    /// <param name="cancelAt">The request is dropped when so many tokens have come, if it was not before.</param>
    private async Task RequestAsync(
        int[] prompt, int outputLength, int cancelAt, CancellationTokenSource stop, CancellationToken cancellation)
    {
        JsonObject body = new()
        {
            ["input_ids"] = new JsonArray([.. prompt.Select(token => (JsonNode)token)]),
            ["sampling_params"] = new JsonObject
            {
                ["temperature"] = 1,
                ["max_new_tokens"] = outputLength,
                ["ignore_eos"] = true,
            },
            ["stream"] = true,
        };
        try
        {
            RequestTrace trace = await server.StreamAsync("generate", body, prompt.Length, true, stop.Token, tokens =>
            {
                if (tokens >= cancelAt)
                    stop.Cancel();
            });
            if (trace.Error is not null)
                Counts.Fail(trace.Error);
            else if (trace.OutputTokens != outputLength)
                Counts.Fail($"{trace.OutputTokens} tokens came; {outputLength} were asked for.");
            else
                Counts.Complete(trace.FirstTokenSeconds, trace.OutputTokens);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            Counts.Cancel();
        }
    }
}
