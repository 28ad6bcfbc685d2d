using Sgl.Gateway.Requests;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Endpoints;

internal static class ChatCompletionsEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, GenerationService service) =>
        routes.MapPost("/v1/chat/completions", new GenerationHandler(service, ChatRequest.Read).HandleAsync);
}
