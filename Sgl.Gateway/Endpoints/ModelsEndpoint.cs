using System.Text.Json;
using Sgl.Gateway.Responses;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Endpoints;

/// <summary>The one model that is served, as OpenAI lists models.</summary>
internal static class ModelsEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, GenerationService service)
    {
        long created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        routes.MapGet("/v1/models", http => JsonOutput.SendAsync(http, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            WriteCard(json, service, created);
            json.WriteEndArray();
            json.WriteEndObject();
        }));
        // Names of models often have a slash in them.
        routes.MapGet("/v1/models/{**id}", http => SendOneAsync(http, service, created));
    }

    private static Task SendOneAsync(HttpContext http, GenerationService service, long created)
    {
        // The server leaves %2F in paths as it is.
        string id = Uri.UnescapeDataString(http.GetRouteValue("id") as string ?? "");
        if (id.TrimStart('/') == service.Served.Options.ModelName.TrimStart('/'))
            return JsonOutput.SendAsync(http, StatusCodes.Status200OK, json => WriteCard(json, service, created));
        ErrorAnswer error = new(
            StatusCodes.Status404NotFound,
            $"The model '{id}' does not exist; this server has '{service.Served.Options.ModelName}'.",
            "model",
            "model_not_found");
        return JsonOutput.SendAsync(http, error.Status, error.WriteBody);
    }

    private static void WriteCard(Utf8JsonWriter json, GenerationService service, long created)
    {
        json.WriteStartObject();
        json.WriteString("id", service.Served.Options.ModelName);
        json.WriteString("object", "model");
        json.WriteNumber("created", created);
        json.WriteString("owned_by", "sglang");
        json.WriteString("root", service.Model.Path);
        json.WriteNull("parent");
        json.WriteNumber("max_model_len", service.Model.ContextLength);
        json.WriteEndObject();
    }
}
