using System.Security.Cryptography;
using System.Text;
using Sgl.Gateway.Endpoints;
using Sgl.Gateway.Flags;
using Sgl.Gateway.Requests;
using Sgl.Gateway.Responses;

namespace Sgl.Gateway.Hosting;

/// <summary>Turns away requests without the API key, and /v1 requests whose body is not declared as JSON.</summary>
internal sealed class RequestGuard(GatewayOptions options)
{
    private const string Scheme = "Bearer ";

    private readonly byte[]? _key = options.ApiKey is null ? null : Digest(options.ApiKey);

    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        HttpRequest request = http.Request;
        bool open = HttpMethods.IsOptions(request.Method)
            || request.Path.Value!.StartsWith("/health", StringComparison.Ordinal)
            || request.Path == MetricsEndpoint.Path;
        if (_key is not null && !open && !HasKey(request))
        {
            await JsonOutput.SendAsync(http, StatusCodes.Status401Unauthorized, json =>
            {
                json.WriteStartObject();
                json.WriteString("error", "Unauthorized");
                json.WriteEndObject();
            });
            return;
        }

        if (HttpMethods.IsPost(request.Method) && request.Path.StartsWithSegments("/v1")
            && !request.HasJsonContentType())
            throw new RequestException(
                $"Content-Type: '{request.ContentType}' is not supported; only application/json is.", "Content-Type");
        await next(http);
    }

    /// <summary>Compares digests, which takes the same time however much of the key is right.</summary>
    private bool HasKey(HttpRequest request)
    {
        string? given = request.Headers.Authorization;
        return given is not null && given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(Digest(given[Scheme.Length..]), _key);
    }

    private static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
