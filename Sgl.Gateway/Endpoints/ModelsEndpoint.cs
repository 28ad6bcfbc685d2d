using System.Text.Json;
using Sgl.Gateway.Responses;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Endpoints;

/// <summary>The models that are served, as OpenAI lists them.</summary>
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
            foreach (ServedModel served in service.Models)
                WriteCard(json, served, created);
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
        id = id.TrimStart('/');
        if (service.Models.FirstOrDefault(one => one.Options.ModelName.TrimStart('/') == id) is { } found)
            return JsonOutput.SendAsync(http, StatusCodes.Status200OK, json => WriteCard(json, found, created));
        ErrorAnswer error = new(
            StatusCodes.Status404NotFound,
            $"The model '{id}' does not exist; this server has "
            + $"'{string.Join("', '", service.Models.Select(one => one.Options.ModelName))}'.",
            "model",
            "model_not_found");
        return JsonOutput.SendAsync(http, error.Status, error.WriteBody);
    }

    private static void WriteCard(Utf8JsonWriter json, ServedModel served, long created)
    {
        json.WriteStartObject();
        json.WriteString("id", served.Options.ModelName);
        json.WriteString("object", "model");
        json.WriteNumber("created", created);
        json.WriteString("owned_by", "sglang");
        json.WriteString("root", served.Backend.Model.Path);
        json.WriteNull("parent");
        json.WriteNumber("max_model_len", served.Backend.Model.ContextLength);
        json.WriteEndObject();
    }
}
