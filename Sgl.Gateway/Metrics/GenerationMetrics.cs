using System.Diagnostics.Metrics;
using Sgl.Engine.Requests;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Metrics;

/// <summary>What is measured of generations, under SGLang's names and with the model's name as a label.</summary>
internal sealed class GenerationMetrics
{
    public const string MeterName = "Sgl.Gateway";

    private readonly Meter _meter;
    private readonly Counter<long> _requests;
    private readonly Counter<long> _aborted;
    private readonly Counter<long> _promptTokens;
    private readonly Counter<long> _cachedTokens;
    private readonly Counter<long> _generatedTokens;
    private readonly Histogram<double> _firstToken;
    private readonly Histogram<double> _interToken;
    private readonly Histogram<double> _endToEnd;
    private readonly Histogram<double> _queue;
    private readonly Histogram<double> _promptLength;
    private readonly Histogram<double> _computedLength;
    private readonly Histogram<double> _outputLength;

    public GenerationMetrics(IMeterFactory meters, ServedModel served)
    {
        _meter = meters.Create(new MeterOptions(MeterName) { Tags = [new("model_name", served.Options.ModelName)] });
        _requests = Count("num_requests_total", "Generations that have ended.");
        _aborted = Count("num_aborted_requests_total", "Those of them that were aborted or whose client went away.");
        _promptTokens = Count("prompt_tokens_total", "Prompt tokens of generations that have ended.");
        _cachedTokens = Count("cached_tokens_total", "Those of them that were found in the prefix cache.");
        _generatedTokens = Count("generation_tokens_total", "Output tokens of generations that have ended.");
        _firstToken = Distribution(
            "time_to_first_token_seconds", "From a generation's start to its first token.", Buckets.FirstToken);
        _interToken = Distribution(
            "inter_token_latency_seconds", "From one token to the next; tokens that come together share their time.",
            Buckets.InterToken);
        _endToEnd = Distribution(
            "e2e_request_latency_seconds", "From a generation's start to its end.", Buckets.EndToEnd);
        _queue = Distribution("queue_time_seconds", "What a generation waited for its first step.", Buckets.Queue);
        _promptLength = Distribution("prompt_tokens_histogram", "Tokens of a prompt.", Buckets.Tokens);
        _computedLength = Distribution(
            "uncached_prompt_tokens_histogram", "Tokens of a prompt that were not in the cache.", Buckets.Tokens);
        _outputLength = Distribution("generation_tokens_histogram", "Tokens of an output.", Buckets.Tokens);
    }

    /// <summary>Whether someone listens.</summary>
    public bool Enabled => _interToken.Enabled;

    public void OnFirstToken(TimeSpan waited, bool streaming) =>
        _firstToken.Record(waited.TotalSeconds, Mode(streaming));

    /// <param name="waited">Since the tokens before them.</param>
    public void OnTokens(int count, TimeSpan waited)
    {
        double each = waited.TotalSeconds / count;
        for (int i = 0; i < count; i++)
            _interToken.Record(each);
    }

    public void OnEnd(Generation generation, TimeSpan lasted, bool streaming)
    {
        KeyValuePair<string, object?> mode = Mode(streaming);
        int prompt = generation.Plan.Request.Prompt.Length;
        _requests.Add(1, mode);
        _aborted.Add(generation.Finish is null or { Kind: FinishKind.Abort } ? 1 : 0);
        if (generation.Finish is null && generation.Tokens.Count == 0)
            return; // Its client left before it ran.
        _promptTokens.Add(prompt, mode);
        _generatedTokens.Add(generation.Tokens.Count, mode);
        // SGLang tells apart where a prefix lay; here it is always the device's own memory.
        _cachedTokens.Add(generation.CachedTokens, new KeyValuePair<string, object?>("cache_source", "device"));
        _endToEnd.Record(lasted.TotalSeconds, mode);
        _queue.Record(generation.QueueSeconds);
        _promptLength.Record(prompt);
        _computedLength.Record(prompt - generation.CachedTokens);
        _outputLength.Record(generation.Tokens.Count);
    }

    private Counter<long> Count(string name, string help) =>
        _meter.CreateCounter<long>($"sglang.{name}", unit: null, help);

    private Histogram<double> Distribution(string name, string help, double[] bounds) =>
        _meter.CreateHistogram($"sglang.{name}", unit: null, help, tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });

    private static KeyValuePair<string, object?> Mode(bool streaming) =>
        new("is_streaming", streaming ? "true" : "false");
}
