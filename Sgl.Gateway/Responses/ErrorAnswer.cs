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

    /// <summary>OpenAI's fields at the top, as SGLang sends them and OpenAI's clients read them.</summary>
    public void WriteFlat(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("object", "error");
        WriteFields(json, Type);
        json.WriteEndObject();
    }

    /// <summary>Under "error": the native API, and OpenAI's own form for a model that is not there.</summary>
    public void WriteNested(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        WriteFields(json, Status < 500 ? "invalid_request_error" : Type);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The flat form, under "error": an error inside an OpenAI stream.</summary>
    public void WriteStreamed(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WritePropertyName("error");
        WriteFlat(json);
        json.WriteEndObject();
    }

    private void WriteFields(Utf8JsonWriter json, string type)
    {
        json.WriteString("message", Message);
        json.WriteString("type", type);
        json.WriteString("param", Field);
        if (Code is null)
            json.WriteNumber("code", Status);
        else
            json.WriteString("code", Code);
    }
}
