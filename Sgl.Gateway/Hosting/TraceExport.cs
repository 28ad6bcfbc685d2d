using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Sgl.Gateway.Hosting;

/// <summary>
/// Sends spans to a collector by OTLP, as OpenTelemetry's environment variables say: endpoint, protocol, headers,
/// sampler, service name.
/// </summary>
internal sealed class TraceExport(IEnumerable<TraceSource> sources) : IHostedService, IDisposable
{
    private const string ServiceName = "OTEL_SERVICE_NAME";

    /// <summary>Set, ASP.NET Core's own spans lack method, route and status.</summary>
    private const string SuppressTags = "Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData";

    private TracerProvider? _provider;

    /// <summary>To be called before the web server is built.</summary>
    public static void AddTo(IServiceCollection services)
    {
        AppContext.SetSwitch(SuppressTags, false);
        services.AddHostedService<TraceExport>();
    }

    /// <summary>Tells of the request's span what ASP.NET Core leaves to others: its route and its outcome.</summary>
    public static async Task DescribeAsync(HttpContext http, RequestDelegate next)
    {
        Activity? span = http.Features.Get<IHttpActivityFeature>()?.Activity;
        if (span is not null && http.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: string route })
        {
            span.DisplayName = $"{http.Request.Method} {route}";
            span.SetTag("http.route", route);
        }

        await next(http);
        span?.SetTag("http.response.status_code", http.Response.StatusCode);
        if (http.Response.StatusCode >= StatusCodes.Status500InternalServerError)
            span?.SetStatus(ActivityStatusCode.Error);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        string version = typeof(TraceExport).Assembly.GetName().Version!.ToString(3);
        string name = Environment.GetEnvironmentVariable(ServiceName) ?? "sgl";
        _provider = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.AddService(name, serviceVersion: version))
            .AddSource([.. sources.Select(source => source.Name)])
            .AddOtlpExporter()
            .Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Sends what is still here.</summary>
    public void Dispose() => _provider?.Dispose();
}
