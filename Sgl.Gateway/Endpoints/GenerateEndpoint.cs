using Sgl.Gateway.Requests;
using Sgl.Gateway.Serving;
using Sgl.Gateway.Sessions;

namespace Sgl.Gateway.Endpoints;

/// <summary>The native API.</summary>
internal static class GenerateEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, GenerationService service) =>
        routes.MapMethods("/generate", ["POST", "PUT"],
            new GenerationHandler(service, Dialect.Native, NativeRequest.Read).HandleAsync);
}
