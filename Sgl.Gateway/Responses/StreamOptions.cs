using Sgl.Gateway.Requests;

namespace Sgl.Gateway.Responses;

/// <summary>stream_options: whether a last chunk tells the usage, and whether every chunk does.</summary>
internal sealed record StreamOptions(bool IncludeUsage, bool ContinuousUsage)
{
    public static StreamOptions Read(JsonFields fields)
    {
        if (fields.Object("stream_options") is not JsonFields options)
            return new StreamOptions(false, false);
        if (fields.Bool("stream") != true)
            throw fields.Fault("stream_options", "only a request with stream: true may have it.");
        return new StreamOptions(
            options.Bool("include_usage") ?? false, options.Bool("continuous_usage_stats") ?? false);
    }
}
