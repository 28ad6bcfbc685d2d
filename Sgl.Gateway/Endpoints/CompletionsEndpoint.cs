using Sgl.Gateway.Requests;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Endpoints;

internal static class CompletionsEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, GenerationService service) =>
        routes.MapPost("/v1/completions", new GenerationHandler(service, CompletionRequest.Read).HandleAsync);
}
