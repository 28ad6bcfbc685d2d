using Sgl.Gateway.Responses;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Hosting;

/// <summary>
/// Gives every failure its status and a JSON body: what endpoints throw, and routes or methods that are not there.
/// </summary>
internal sealed class ErrorMiddleware(GenerationService service)
{
    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
            if (!http.Response.HasStarted && OfRouting(http) is ErrorAnswer answer)
                await SendAsync(http, answer);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            service.Log.LogDebug("{Path}: the client went away", http.Request.Path);
        }
        catch (Exception error) when (!http.Response.HasStarted)
        {
            ErrorAnswer answer = ErrorAnswer.Of(error);
            if (answer.Status == StatusCodes.Status500InternalServerError)
                service.Log.LogError(error, "{Path} failed", http.Request.Path);
            await SendAsync(http, answer);
        }
    }

    private static ErrorAnswer? OfRouting(HttpContext http) => http.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => new(
            StatusCodes.Status404NotFound, $"There is no route {http.Request.Path}."),
        StatusCodes.Status405MethodNotAllowed => new(
            StatusCodes.Status405MethodNotAllowed,
            $"{http.Request.Path} does not take {http.Request.Method}; expected {http.Response.Headers.Allow}."),
        _ => null,
    };

    private static Task SendAsync(HttpContext http, ErrorAnswer answer)
    {
        if (answer.RetryAfter is int seconds)
            http.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return JsonOutput.SendAsync(http, answer.Status, answer.WriteBody);
    }
}
