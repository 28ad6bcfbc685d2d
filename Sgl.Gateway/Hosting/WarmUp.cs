using System.Net.Http.Headers;
using System.Text;
using Sgl.Gateway.Flags;

namespace Sgl.Gateway.Hosting;

/// <summary>The first request, over HTTP as any other: compiles the path and shows that it works.</summary>
internal static class WarmUp
{
    private const string Body =
        """{"text": "The capital city of France is", "sampling_params": {"temperature": 0, "max_new_tokens": 8}}""";

    /// <exception cref="HttpRequestException">The server could not answer it.</exception>
    public static async Task RunAsync(WebApplication app, ServedModel served)
    {
        GatewayOptions options = served.Options;
        using HttpClient client = new() { Timeout = options.Limits.WarmUpTimeout };
        if (options.ApiKey is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey);
        // An address such as 0.0.0.0 is for listening only.
        Uri url = new(app.Urls.First().Replace("0.0.0.0", "127.0.0.1").Replace("[::]", "[::1]") + "/generate");
        using StringContent content = new(Body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await client.PostAsync(url, content);
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"The warm-up request failed: {await response.Content.ReadAsStringAsync()}");
        // The server begins with an empty cache.
        await served.Backend.FlushCacheAsync();
    }
}
