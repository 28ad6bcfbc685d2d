using System.Diagnostics;
using System.Globalization;
using Sgl.Engine.Cache;

namespace Sgl.Engine.Scheduling;

/// <summary>The lines that operators and tools read the engine's progress from, in the words of SGLang.</summary>
internal sealed class StepLog(int decodeInterval, Scheduler scheduler, PrefixCache cache, Action<string> log)
{
    private int _decodeSteps;
    private long _generatedBefore;
    private long? _since;

    /// <summary>Output tokens per second over the last decode interval.</summary>
    public double Throughput { get; private set; }

    /// <summary>Of all prompt tokens admitted, the part that was found in the cache; 0 to 1.</summary>
    public double CacheHitRate =>
        scheduler.PromptTokensTotal == 0 ? 0 : (double)scheduler.CachedTokensTotal / scheduler.PromptTokensTotal;

    /// <summary>Called when a step is about to run.</summary>
    public void OnStep(Batch batch)
    {
        _since ??= Stopwatch.GetTimestamp();
        if (batch.PrefillTokens > 0)
            log(string.Create(CultureInfo.InvariantCulture,
                $"Prefill batch. #new-seq: {batch.NewSequences}, #new-token: {batch.PrefillTokens}, "
                + $"#cached-token: {batch.CachedTokens}, cache hit rate: {100 * CacheHitRate:F2}%, "
                + $"token usage: {Usage:F2}, #running-req: {batch.DecodeCount}, #queue-req: {scheduler.WaitingCount}"));
        if (batch.DecodeCount == 0 || ++_decodeSteps % decodeInterval != 0)
            return;
        CloseInterval();
        log(string.Create(CultureInfo.InvariantCulture,
            $"Decode batch. #running-req: {batch.DecodeCount}, #token: {cache.HeldTokens}, token usage: {Usage:F2}, "
            + $"gen throughput (token/s): {Throughput:F2}, #queue-req: {scheduler.WaitingCount}"));
    }

    /// <summary>Idle time counts for no interval.</summary>
    public void OnIdle()
    {
        CloseInterval();
        _since = null;
    }

    private double Usage => (double)cache.HeldTokens / cache.Capacity;

    private void CloseInterval()
    {
        long generated = scheduler.GeneratedTokensTotal - _generatedBefore;
        if (generated == 0 || _since is not { } since)
            return;
        Throughput = generated / Stopwatch.GetElapsedTime(since).TotalSeconds;
        _generatedBefore = scheduler.GeneratedTokensTotal;
        _since = Stopwatch.GetTimestamp();
    }
}
