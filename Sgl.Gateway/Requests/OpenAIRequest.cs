using Sgl.Gateway.Responses;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Requests;

/// <summary>What the two OpenAI endpoints read alike.</summary>
internal static class OpenAIRequest
{
    public static Envelope Envelope(
        JsonFields fields, GenerationService service, string id, (string Whole, string Chunk) objectNames) => new()
        {
            Id = id,
            ObjectNames = objectNames,
            Model = fields.Text("model") ?? service.Served.Options.ModelName,
            Options = StreamOptions.Read(fields),
            CacheReport = service.Served.Options.EnableCacheReport,
        };
}
