using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sgl.Gateway.Metrics;

/// <summary>Counts HTTP requests by the route they find, so that no client can make up labels.</summary>
internal sealed class HttpMetrics
{
    private const string Other = "other";

    private static readonly string[] _methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"];

    private readonly Counter<long> _requests;
    private readonly Counter<long> _responses;
    private readonly UpDownCounter<long> _active;

    public HttpMetrics(IMeterFactory meters)
    {
        Meter meter = meters.Create(GenerationMetrics.MeterName);
        _requests = meter.CreateCounter<long>("sglang.http_requests_total", unit: null, "HTTP requests.");
        _responses = meter.CreateCounter<long>("sglang.http_responses_total", unit: null, "HTTP requests answered.");
        _active = meter.CreateUpDownCounter<long>(
            "sglang.http_requests_active", unit: null, "HTTP requests under way.");
        meter.CreateObservableGauge(
            "sglang.routing_keys_active", () => 0L, unit: null, "Always 0: requests have no routing keys.");
    }

    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        if (!_requests.Enabled)
        {
            await next(http);
            return;
        }

        string route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? Other;
        string method = _methods.Contains(http.Request.Method) ? http.Request.Method : Other;
        TagList labels = new() { { "endpoint", route }, { "method", method } };
        _requests.Add(1, labels);
        _active.Add(1, labels);
        try
        {
            await next(http);
        }
        finally
        {
            _active.Add(-1, labels);
            labels.Add("status_code", http.Response.StatusCode);
            _responses.Add(1, labels);
        }
    }
}
