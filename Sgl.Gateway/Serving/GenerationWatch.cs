using System.Diagnostics;
using Sgl.Engine.Requests;
using Sgl.Gateway.Metrics;
using Sgl.Gateway.Requests;
using Sgl.Gateway.Responses;

namespace Sgl.Gateway.Serving;

/// <summary>Tells metrics and traces of one generation. While nobody listens it does next to nothing.</summary>
internal sealed class GenerationWatch
{
    private readonly GenerationMetrics _metrics;
    private readonly bool _streaming;
    private readonly Activity? _span;
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _last;
    private int _tokens;
    private bool _refused;

    public GenerationWatch(GenerationMetrics metrics, PlannedGeneration plan, bool streaming)
    {
        (_metrics, _streaming, _last) = (metrics, streaming, _started);
        Activity? request = Activity.Current;
        _span = TraceSources.Gateway.StartActivity(
            "generate", ActivityKind.Internal, request?.Context ?? default,
            tags: [new("sgl.request.id", plan.Request.Id), new("sgl.choice", plan.Index)]);
        // The next generation of the request is this one's sibling, not its child.
        Activity.Current = request;
    }

    /// <summary>The request as the backend gets it, which makes its spans below the generation's.</summary>
    public GenerateRequest Trace(GenerateRequest request) =>
        (_span ?? Activity.Current) is { } span ? request with { Trace = span.Context } : request;

    /// <summary>What the calling method does from here on, calls to other processes too, is the generation's.</summary>
    public void Enter()
    {
        if (_span is not null)
            Activity.Current = _span;
    }

    /// <param name="all">How many there are so far.</param>
    public void OnTokens(int all)
    {
        int count = all - _tokens;
        if (count == 0 || !_metrics.Enabled)
            return;
        long now = Stopwatch.GetTimestamp();
        TimeSpan waited = Stopwatch.GetElapsedTime(_last, now);
        if (_tokens == 0)
            _metrics.OnFirstToken(waited, _streaming);
        else
            _metrics.OnTokens(count, waited);
        (_last, _tokens) = (now, all);
    }

    /// <summary>It was not even queued, and counts for no generation.</summary>
    public void Refuse() => _refused = true;

    public void End(Generation generation)
    {
        if (!_refused)
            _metrics.OnEnd(generation, Stopwatch.GetElapsedTime(_started), _streaming);
        if (_span is null)
            return;
        _span.SetTag("gen_ai.usage.input_tokens", generation.Plan.Request.Prompt.Length);
        _span.SetTag("gen_ai.usage.output_tokens", generation.Tokens.Count);
        _span.SetTag(
            "gen_ai.response.finish_reasons", _refused ? "refused" : generation.Finish?.Name() ?? "abandoned");
        _span.Stop();
    }
}
