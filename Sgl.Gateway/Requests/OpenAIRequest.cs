using Sgl.Gateway.Responses;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Requests;

/// <summary>What the two OpenAI endpoints read alike.</summary>
internal static class OpenAIRequest
{
    private static readonly string[] _formats = ["text"];

    public static Envelope Envelope(
        JsonFields fields, GenerationService service, string id, (string Whole, string Chunk) objectNames) => new()
        {
            Id = id,
            ObjectNames = objectNames,
            Model = fields.Text("model") ?? service.Served.Options.ModelName,
            Options = StreamOptions.Read(fields),
            CacheReport = service.Served.Options.EnableCacheReport,
        };

    /// <summary>response_format other than text needs constrained decoding.</summary>
    public static void RefuseFormat(JsonFields fields)
    {
        if (fields.Object("response_format") is not JsonFields format)
            return;
        string? type = format.Text("type");
        if (type is null || !_formats.Contains(type))
            throw format.Fault("type", $"'{type}' is not supported yet; supported is {string.Join(", ", _formats)}.");
    }
}
