using System.Diagnostics.Metrics;
using Sgl.Engine.Requests;

namespace Sgl.Engine;

/// <summary>
/// Shows an engine's status as instruments, under SGLang's names. Whoever listens asks when he likes; the engine pays
/// nothing for it.
/// </summary>
public sealed class EngineMetrics : IDisposable
{
    /// <summary>The meter of every engine; its tags tell them apart.</summary>
    public const string MeterName = "Sgl.Engine";

    private const double Gigabyte = 1 << 30;

    private readonly Meter _meter;
    private readonly Func<EngineStatus> _status;

    /// <param name="status">The engine's status as of now; called by any thread.</param>
    public EngineMetrics(EngineOptions options, Func<EngineStatus> status)
    {
        _status = status;
        _meter = new Meter(new MeterOptions(MeterName)
        {
            Tags = [new("model_name", options.ModelName ?? options.ModelPath), new("dp_rank", options.Rank)],
        });
        ShowLoad();
        ShowPool();
        ShowTotals();
    }

    public void Dispose() => _meter.Dispose();

    private void ShowLoad()
    {
        Gauge("num_running_reqs", "Requests that run.", status => status.RunningRequests);
        Gauge("num_queue_reqs", "Requests that wait for their first step.", status => status.QueuedRequests);
        Gauge("num_grammar_queue_reqs", "Always 0: no request waits for a grammar.", _ => 0);
        Gauge("gen_throughput", "Output tokens a second over the last decode interval; 0 at rest.",
            status => status.RunningRequests == 0 ? 0 : status.GenerationThroughput);
        Gauge("cache_hit_rate", "Of the prompt tokens since start, the part found in the prefix cache.",
            status => status.CacheHitRate);
        Gauge("spec_accept_length", "Always 0: there is no speculative decoding.", _ => 0);
    }

    private void ShowPool()
    {
        Gauge("token_usage", "Part of the KV pool that running requests hold.",
            status => (double)status.HeldTokens / status.TotalTokens);
        Gauge("num_used_tokens", "Tokens of the KV pool that running requests hold.", status => status.HeldTokens);
        Gauge("kv_available_tokens", "Tokens of the KV pool that are free.", status => status.FreeTokens);
        Gauge("kv_evictable_tokens", "Tokens of the KV pool that hold cached prefixes alone.",
            status => status.CachedTokens);
        Gauge("max_total_num_tokens", "Tokens of the KV pool.", status => status.TotalTokens);
        Gauge("weight_memory_usage_gb", "Memory of the weights.", status => status.WeightBytes / Gigabyte);
        Gauge("kv_cache_memory_usage_gb", "Memory of the KV pool.", status => status.KvCacheBytes / Gigabyte);
    }

    private void ShowTotals()
    {
        Gauge("num_retracted_reqs", "Retractions since start.", status => status.RetractionsTotal);
        _meter.CreateObservableCounter("sglang.num_retracted_requests_total", () => _status().RetractionsTotal,
            unit: null, "Retractions since start.");
        _meter.CreateObservableCounter("sglang.realtime_tokens_total", Tokens, unit: null,
            "Tokens since start: of prompts, computed or found in the cache, and of outputs.");
    }

    private IEnumerable<Measurement<long>> Tokens()
    {
        EngineStatus status = _status();
        return
        [
            Of("prefill_compute", status.PromptTokensTotal - status.CachedTokensTotal),
            Of("prefill_cache", status.CachedTokensTotal),
            Of("decode", status.GeneratedTokensTotal),
        ];

        static Measurement<long> Of(string mode, long count) =>
            new(count, new KeyValuePair<string, object?>("mode", mode));
    }

    private void Gauge(string name, string help, Func<EngineStatus, double> read) =>
        _meter.CreateObservableGauge($"sglang.{name}", () => read(_status()), unit: null, help);
}
