using System.Text.Json;
using Sgl.Gateway.Requests;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Endpoints;

/// <summary>
/// /abort_request: ends a request by its rid, or all; who waits for it gets what was generated so far.
/// </summary>
internal static class AbortEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, GenerationService service) =>
        routes.MapPost("/abort_request", http => AbortAsync(http, service));

    private static async Task AbortAsync(HttpContext http, GenerationService service)
    {
        using JsonDocument body = await RequestBody.ReadAsync(http, service.Limits);
        JsonFields fields = new(body.RootElement);
        string? rid = fields.Text("rid");
        if (fields.Bool("abort_all") == true)
            service.Live.AbortAll("All requests were aborted.");
        else if (!string.IsNullOrEmpty(rid))
            service.Live.Abort(rid);
        else
            throw new RequestException(
                "rid: the field is missing; expected the id of a request, or abort_all: true.", "rid");
    }
}
