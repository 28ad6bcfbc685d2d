using Sgl.Gateway.Requests;
using Sgl.Gateway.Serving;
using Sgl.Gateway.Sessions;

namespace Sgl.Gateway.Endpoints;

internal static class CompletionsEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, GenerationService service) =>
        routes.MapPost("/v1/completions",
            new GenerationHandler(service, Dialect.Completions, CompletionRequest.Read).HandleAsync);
}
