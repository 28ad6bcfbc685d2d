using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Sgl.Bench.CommandLine;
using Sgl.Bench.Http;
using Sgl.Bench.Metrics;
using Sgl.Bench.Reporting;

namespace Sgl.Bench.Soak;

/// <summary>Many streams for a while, some dropped at random moments: nothing may fail, leak or grow.</summary>
internal static class SoakCommand
{
    private const double IdleSeconds = 15;
    private const int PollMilliseconds = 200;
    private const int ErrorsShown = 5;

    public static Command Command { get; } = new(
        "soak",
        "many streams for a while, some cancelled at random moments; then looks for leaks",
        [
            .. ServerFlags.All,
            new("--seconds", "S", "60", "how long new requests are sent"),
            new("--streams", "N", "64", "requests under way at a time"),
            new("--max-prompt-len", "N", "304", "tokens of the longest prompt, more than 48"),
            new("--max-output-len", "N", "128", "tokens of the longest output"),
            new("--min-retractions", "N", "0", "fewer are a fault: the KV pool was not full then"),
            new("--cancel-fraction", "F", "0.33", "part of the requests that are cancelled"),
            new("--pid", "N", null, "the server's process, to watch its memory"),
            ServerFlags.VocabularySize,
            new("--seed", "N", "1", "of prompts, lengths and cancellations"),
        ],
        RunAsync);

    private static async Task<int> RunAsync(FlagValues flags, CancellationToken cancellation)
    {
        double seconds = flags.Number("--seconds", 0, 1e6);
        int streams = flags.Integer("--streams", 1);
        double fraction = flags.Number("--cancel-fraction", 0, 1);
        int? pid = flags.IntegerOrNull("--pid", 1);

        using ServerClient server = await ServerFlags.ConnectAsync(flags, cancellation);
        int vocabulary = await ServerFlags.VocabularyAsync(flags, server, cancellation);
        (int, int) longest =
            (flags.Integer("--max-prompt-len", SoakRun.SharedPrefix + 1), flags.Integer("--max-output-len", 2));
        int retractionsBefore = (await ServerState.ReadAsync(server, cancellation)).Retractions;
        SoakRun run = new(server, vocabulary, seconds, longest, fraction, flags.Integer("--seed", 0));
        MemoryTrend memory = new();
        using (ProgressBar progress = ProgressBar.OnStandardError("soak (s)", seconds))
        {
            Task watching = pid is int id ? run.WatchAsync(id, memory, cancellation) : Task.CompletedTask;
            await run.RunAsync(streams, progress, cancellation);
            await watching;
        }
        ServerState state = await AwaitIdleAsync(server, cancellation);
        int retractions = state.Retractions - retractionsBefore;
        string? tooFew = retractions < flags.Integer("--min-retractions", 0)
            ? $"{retractions} retractions: the KV pool was not full; lower the server's --max-total-tokens"
            : null;
        return Report(run.Counts, state, retractions, tooFew, pid is null ? null : memory);
    }

    /// <summary>The state once nothing runs or waits, or as it is when that takes too long.</summary>
    private static async Task<ServerState> AwaitIdleAsync(ServerClient server, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            ServerState state = await ServerState.ReadAsync(server, cancellation);
            if (state.IsIdle || Stopwatch.GetElapsedTime(start).TotalSeconds > IdleSeconds)
                return state;
            await Task.Delay(PollMilliseconds, cancellation);
        }
    }

    private static int Report(
        SoakCounts counts, ServerState state, int retractions, string? tooFewRetractions, MemoryTrend? memory)
    {
        List<string> faults = [.. counts.Errors.Distinct().Take(ErrorsShown)];
        if (counts.Completed == 0)
            faults.Add("no request completed");
        if (state.Leak() is string leak)
            faults.Add(leak);
        if (tooFewRetractions is not null)
            faults.Add(tooFewRetractions);
        if (memory?.IsFlat == false)
            faults.Add($"memory grew by {Megabytes(memory.SecondHalfGrowthBytes)} MB in the second half");

        Table table = new("soak", "");
        table.Add("completed", $"{counts.Completed}");
        table.Add("cancelled", $"{counts.Cancelled}");
        table.Add("failed", $"{counts.Errors.Count}");
        table.Add("tokens of completed", $"{counts.Tokens}");
        table.Add("retractions", $"{retractions}");
        table.Add("pool: free + cached + held", $"{state.Free} + {state.Cached} + {state.Held} of {state.Total}");
        if (memory is not null)
        {
            table.Add("memory peak (MB)", Megabytes(memory.PeakBytes));
            table.Add("memory growth, second half (MB)", Megabytes(memory.SecondHalfGrowthBytes));
        }
        Console.WriteLine(table);
        Console.WriteLine(new JsonObject
        {
            ["completed"] = counts.Completed,
            ["cancelled"] = counts.Cancelled,
            ["failed"] = counts.Errors.Count,
            ["retractions"] = retractions,
            ["free_tokens"] = state.Free,
            ["cached_tokens"] = state.Cached,
            ["held_tokens"] = state.Held,
            ["token_capacity"] = state.Total,
            ["memory_growth_bytes"] = memory?.SecondHalfGrowthBytes,
        }.ToJsonString());
        foreach (string fault in faults)
            Console.WriteLine($"FAULT: {fault}");
        Console.WriteLine(faults.Count == 0 ? "SOAK PASSED" : "SOAK FAILED");
        return faults.Count == 0 ? 0 : 1;
    }

    private static string Megabytes(double? bytes) =>
        bytes is double value ? (value / 1e6).ToString("0.0", CultureInfo.InvariantCulture) : "-";
}
