using System.Diagnostics;
using Sgl.Engine.Requests;

namespace Sgl.Engine;

/// <summary>
/// The spans of one request: queue, prefill and decode, each told of when it is over. Costs nothing while nobody
/// listens.
/// </summary>
public sealed class RequestSpans
{
    /// <summary>The name under which listeners find the spans.</summary>
    public const string SourceName = "Sgl.Engine";

    private static readonly ActivitySource _source = new(SourceName);

    private readonly GenerateRequest _request;
    private readonly ActivityContext _parent;
    private readonly bool _on = _source.HasListeners();
    private readonly DateTime _arrived = DateTime.UtcNow;
    private DateTime? _decoding;
    private int _tokens;
    private TokenChunk? _last;

    /// <summary>The request arrives. Without a span of its own it belongs to the call that brought it.</summary>
    public RequestSpans(GenerateRequest request)
    {
        _request = request;
        _parent = request.Trace != default ? request.Trace : Activity.Current?.Context ?? default;
    }

    public void OnChunk(TokenChunk chunk)
    {
        if (!_on)
            return;
        _tokens += chunk.Tokens.Length;
        _last = chunk;
        if (_decoding is not null)
            return;
        DateTime admitted = _arrived + TimeSpan.FromSeconds(chunk.QueueSeconds);
        _decoding = DateTime.UtcNow;
        Tell("queue", _arrived, admitted)?.Stop();
        Activity? prefill = Tell("prefill", admitted, _decoding.Value);
        prefill?.SetTag("gen_ai.usage.input_tokens", _request.Prompt.Length);
        prefill?.SetTag("sgl.cached_tokens", chunk.CachedTokens);
        prefill?.Stop();
    }

    public void End()
    {
        if (!_on)
            return;
        Activity? last = _decoding is { } since
            ? Tell("decode", since, DateTime.UtcNow) : Tell("queue", _arrived, DateTime.UtcNow);
        last?.SetTag("gen_ai.usage.output_tokens", _tokens);
        last?.SetTag("sgl.retractions", _last?.Retractions ?? 0);
        last?.SetTag("gen_ai.response.finish_reasons", Finish());
        last?.Stop();
    }

    private string Finish() => _last?.Finish is { } finish ? finish.Kind.ToString().ToLowerInvariant() : "abandoned";

    /// <returns>Over already, but for its tags; null when it is not sampled.</returns>
    private Activity? Tell(string name, DateTime from, DateTime to)
    {
        Activity? span = _source.StartActivity(
            name, ActivityKind.Internal, _parent, tags: [new("sgl.request.id", _request.Id)], startTime: from);
        span?.SetEndTime(to);
        return span;
    }
}
