using System.Globalization;
using Sgl.Gateway.Requests;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Endpoints;

/// <summary>
/// /flush_cache: empties the prefix cache, unless requests run or wait. ?timeout= waits for them, in seconds.
/// </summary>
internal static class CacheEndpoint
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(50);

    public static void Map(IEndpointRouteBuilder routes, GenerationService service) =>
        routes.MapMethods("/flush_cache", ["GET", "POST"], http => FlushAsync(http, service));

    private static async Task FlushAsync(HttpContext http, GenerationService service)
    {
        DateTime until = DateTime.UtcNow + Timeout(http.Request.Query["timeout"], service.Limits);
        bool flushed = await service.Served.Backend.FlushCacheAsync(http.RequestAborted);
        while (!flushed && DateTime.UtcNow < until)
        {
            await Task.Delay(_pause, http.RequestAborted);
            flushed = await service.Served.Backend.FlushCacheAsync(http.RequestAborted);
        }

        http.Response.StatusCode = flushed ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(
            flushed ? "Cache flushed.\n"
                : "Cache not flushed: requests are running or waiting. Try again when they are done.\n",
            http.RequestAborted);
    }

    private static TimeSpan Timeout(string? seconds, GatewayLimits limits)
    {
        if (seconds is null)
            return TimeSpan.Zero;
        return double.TryParse(seconds, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && value >= 0 && value <= limits.FlushTimeout.TotalSeconds
            ? TimeSpan.FromSeconds(value)
            : throw new RequestException(
                $"timeout: '{seconds}' is not allowed; expected seconds from 0 to {limits.FlushTimeout.TotalSeconds}.",
                "timeout");
    }
}
