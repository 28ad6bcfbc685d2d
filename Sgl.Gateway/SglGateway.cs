using Sgl.Engine;
using Sgl.Gateway.Endpoints;
using Sgl.Gateway.Hosting;
using Sgl.Gateway.Metrics;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway;

/// <summary>The gateway as a library: the same endpoints on any backend.</summary>
public static class SglGateway
{
    /// <summary>The HTTP request, its generations, and what an engine of this process does for them.</summary>
    private static readonly string[] _traceSources =
        ["Microsoft.AspNetCore", TraceSources.Gateway.Name, RequestSpans.SourceName];

    /// <summary>Registers what the endpoints need.</summary>
    public static IServiceCollection AddSglGateway(this IServiceCollection services, ServedModel served)
    {
        services.AddRoutingCore();
        services.AddCors();
        services.AddSingleton(served);
        services.AddMetrics();
        services.AddSingleton<GenerationMetrics>();
        services.AddSingleton<HttpMetrics>();
        if (served.Options.EnableMetrics)
            services.AddSingleton<MetricsListener>();
        foreach (string source in _traceSources)
            services.AddSingleton(new TraceSource(source));
        if (served.Options.ExportTraces)
            TraceExport.AddTo(services);
        services.AddSingleton<GenerationService>();
        services.AddHostedService<GracefulShutdown>();
        return services;
    }

    /// <summary>Puts counting, errors, CORS and the API key before the routes, and maps every route.</summary>
    public static WebApplication MapSglEndpoints(this WebApplication app)
    {
        GenerationService service = app.Services.GetRequiredService<GenerationService>();
        // First, for what is counted of a request is counted by the route it finds.
        app.UseRouting();
        app.Use(app.Services.GetRequiredService<HttpMetrics>().InvokeAsync);
        if (service.Served.Options.ExportTraces)
            app.Use(TraceExport.DescribeAsync);
        app.UseCors(cors => cors.AllowAnyOrigin().AllowAnyMethod().AllowAnyHeader());
        app.Use(new ErrorMiddleware(service).InvokeAsync);
        app.Use(new RequestGuard(service.Served.Options).InvokeAsync);

        GenerateEndpoint.Map(app, service);
        CompletionsEndpoint.Map(app, service);
        ChatCompletionsEndpoint.Map(app, service);
        ModelsEndpoint.Map(app, service);
        HealthEndpoint.Map(app, service);
        InfoEndpoint.Map(app, service);
        MetricsEndpoint.Map(app, app.Services.GetService<MetricsListener>());
        CacheEndpoint.Map(app, service);
        AbortEndpoint.Map(app, service);
        TokenizeEndpoint.Map(app, service);
        return app;
    }

    /// <summary>From here on the server answers that it is healthy.</summary>
    public static void MarkReady(this WebApplication app) =>
        app.Services.GetRequiredService<GenerationService>().Phase = ServerPhase.Ready;
}
