using Sgl.Gateway.Metrics;
using Sgl.Gateway.Responses;

namespace Sgl.Gateway.Endpoints;

/// <summary>/metrics, for Prometheus; there when the server was started with --enable-metrics.</summary>
internal static class MetricsEndpoint
{
    public const string Path = "/metrics";

    /// <param name="metrics">Null when they are off.</param>
    public static void Map(IEndpointRouteBuilder routes, MetricsListener? metrics) =>
        routes.MapGet(Path, http => metrics is null ? RefuseAsync(http) : SendAsync(http, metrics));

    private static Task SendAsync(HttpContext http, MetricsListener metrics)
    {
        http.Response.ContentType = PrometheusText.ContentType;
        return http.Response.WriteAsync(metrics.Render(), http.RequestAborted);
    }

    private static Task RefuseAsync(HttpContext http) => JsonOutput.SendAsync(
        http, StatusCodes.Status404NotFound,
        new ErrorAnswer(
            StatusCodes.Status404NotFound, "/metrics is off; start the server with --enable-metrics.").WriteBody);
}
