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
        PipeReader reader = http.Request.BodyReader;
        bool tooLong = false;
        while (true)
        {
            ReadResult read = await reader.ReadAsync(http.RequestAborted);
            tooLong |= read.Buffer.Length > limits.BodyBytes;
            if (read.IsCompleted && !tooLong)
            {
                // The document outlives the pipe's buffers.
                byte[] body = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return Parse(body, limits);
            }

            // Most clients read no answer before they have sent everything: what is too long is dropped, but read.
            reader.AdvanceTo(tooLong ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
                throw new RequestException(
                    $"The body is longer than {limits.BodyBytes} bytes; send less in one request.",
                    status: StatusCodes.Status413PayloadTooLarge);
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
}
