using Sgl.Gateway.Requests;
using Sgl.Gateway.Serving;
using Sgl.Gateway.Sessions;

namespace Sgl.Gateway.Endpoints;

internal static class ChatCompletionsEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, GenerationService service) =>
        routes.MapPost("/v1/chat/completions",
            new GenerationHandler(service, Dialect.Chat, ChatRequest.Read).HandleAsync);
}
