using Sgl.Engine.Requests;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Endpoints;

/// <summary>
/// /health asks whether the server is up; /health_generate has the engine prove it with a token. 200 or 503.
/// </summary>
internal static class HealthEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, GenerationService service)
    {
        routes.MapGet("/health", http => AnswerAsync(http, service, AnswersAsync));
        routes.MapGet("/health_generate", http => AnswerAsync(http, service, GeneratesAsync));
    }

    private static async Task AnswerAsync(
        HttpContext http, GenerationService service, Func<GenerationService, CancellationToken, Task<bool>> probe)
    {
        bool healthy = service.Phase == ServerPhase.Ready && await WithinLimitAsync(http, service, probe);
        http.Response.StatusCode = healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
    }

    private static async Task<bool> WithinLimitAsync(
        HttpContext http, GenerationService service, Func<GenerationService, CancellationToken, Task<bool>> probe)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        limit.CancelAfter(service.Limits.HealthTimeout);
        try
        {
            return await probe(service, limit.Token).WaitAsync(limit.Token);
        }
        catch (Exception error)
        {
            service.Log.LogWarning("Health probe failed: {Message}", error.Message);
            return false;
        }
    }

    private static async Task<bool> AnswersAsync(GenerationService service, CancellationToken limit)
    {
        await service.Served.Backend.GetStatusAsync(limit);
        return true;
    }

    /// <summary>A token, or, on a server too busy for one more request, any progress at all.</summary>
    private static async Task<bool> GeneratesAsync(GenerationService service, CancellationToken limit)
    {
        long before = (await service.Served.Backend.GetStatusAsync(limit)).Steps;
        try
        {
            await foreach (TokenChunk chunk in service.Served.Backend.GenerateAsync(Probe(service.Model), limit))
                if (chunk.Finish is not null)
                    return chunk.Finish.Kind != FinishKind.Abort || await HasProgressedAsync(service, before);
        }
        catch (Exception error) when (error is OperationCanceledException or QueueFullException)
        {
            return await HasProgressedAsync(service, before);
        }

        return false;
    }

    private static async Task<bool> HasProgressedAsync(GenerationService service, long before) =>
        (await service.Served.Backend.GetStatusAsync()).Steps > before;

    /// <summary>
    /// An end token as prompt: nobody's prompt begins with one, so the probe takes no part in prefix matches.
    /// </summary>
    private static GenerateRequest Probe(ModelInfo model) => new()
    {
        Id = $"HEALTH_CHECK_{Guid.NewGuid():N}",
        Prompt = new[] { model.EndTokens.FirstOrDefault() },
        Sampling = new SamplingParams { MaxNewTokens = 1, Temperature = 0 },
        Seed = 0,
    };
}
