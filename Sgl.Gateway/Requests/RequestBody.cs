using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;

namespace Sgl.Gateway.Requests;

/// <summary>Reads a request's body as JSON, within the limits.</summary>
internal static class RequestBody
{
    /// <exception cref="RequestException">The body is too long, too deep, empty, or not JSON.</exception>
    public static async Task<JsonDocument> ReadAsync(HttpContext http, GatewayLimits limits)
    {
        if (http.Request.ContentLength > limits.BodyBytes)
            throw TooLong(limits);
        PipeReader reader = http.Request.BodyReader;
        while (true)
        {
            ReadResult read = await reader.ReadAsync(http.RequestAborted);
            if (read.Buffer.Length > limits.BodyBytes)
                throw TooLong(limits);
            if (!read.IsCompleted)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            // The document outlives the pipe's buffers.
            byte[] body = read.Buffer.ToArray();
            reader.AdvanceTo(read.Buffer.End);
            return Parse(body, limits);
        }
    }

    private static JsonDocument Parse(byte[] body, GatewayLimits limits)
    {
        if (body.Length == 0)
            throw new RequestException("The body is empty; expected a JSON object.");
        try
        {
            return JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = limits.JsonDepth });
        }
        catch (JsonException error)
        {
            string? field = LastField(body, limits);
            string near = field is null ? "" : $" near '{field}'";
            string message = error.Message.Split(" LineNumber:")[0].Split(" Change the reader options")[0];
            throw new RequestException(
                $"Malformed JSON{near}, line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}: {message}",
                field);
        }
    }

    /// <summary>The field that the reader was in when the text stopped being JSON (NaN, for one, is not).</summary>
    private static string? LastField(byte[] body, GatewayLimits limits)
    {
        Utf8JsonReader reader = new(body, new JsonReaderOptions { MaxDepth = limits.JsonDepth });
        string? field = null;
        try
        {
            while (reader.Read())
                if (reader.TokenType == JsonTokenType.PropertyName)
                    field = Encoding.UTF8.GetString(reader.ValueSpan);
        }
        catch (JsonException)
        {
            // The fault itself; what counts is the field seen last before it.
        }

        return field;
    }

    private static RequestException TooLong(GatewayLimits limits) => new(
        $"The body is longer than {limits.BodyBytes} bytes; send less in one request.",
        status: StatusCodes.Status413PayloadTooLarge);
}
