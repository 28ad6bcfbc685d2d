using System.Text.Json;
using Sgl.Engine.Requests;
using Sgl.Engine.Text;
using Sgl.Gateway.Requests;

namespace Sgl.Gateway.Responses;

/// <summary>What a caller is told of a failure.</summary>
internal sealed record ErrorAnswer(int Status, string Message, string? Field = null, string? Code = null)
{
    /// <summary>Seconds after which a retry may succeed; null when none will.</summary>
    public int? RetryAfter => Status == StatusCodes.Status503ServiceUnavailable ? 1 : null;

    private string Type => Status switch
    {
        StatusCodes.Status404NotFound => "NotFoundError",
        StatusCodes.Status503ServiceUnavailable => "ServiceUnavailableError",
        >= 500 => "InternalServerError",
        _ => "BadRequestError",
    };

    public static ErrorAnswer Of(Exception error) => error switch
    {
        RequestException request => new(request.Status, request.Message, request.Field),
        ChatTemplateException => new(StatusCodes.Status400BadRequest, $"messages: {error.Message}", "messages"),
        BadHttpRequestException http => new(http.StatusCode, http.Message),
        QueueFullException or EngineStoppedException => new(StatusCodes.Status503ServiceUnavailable, error.Message),
        _ => new(StatusCodes.Status500InternalServerError, $"The server failed on this request: {error.Message}"),
    };

    /// <summary>
    /// The fields stand at the top, as SGLang's OpenAI routes send them, and under "error", as its native routes and
    /// OpenAI do: so the clients of all of them find the message.
    /// </summary>
    public void WriteBody(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteFields(json);
        json.WriteStartObject("error");
        WriteFields(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>An error inside a stream.</summary>
    public void WriteEvent(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        WriteFields(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteFields(Utf8JsonWriter json)
    {
        json.WriteString("object", "error");
        json.WriteString("message", Message);
        json.WriteString("type", Type);
        json.WriteString("param", Field);
        if (Code is null)
            json.WriteNumber("code", Status);
        else
            json.WriteString("code", Code);
    }
}
