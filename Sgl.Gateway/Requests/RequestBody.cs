using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

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
        if (!Utf8.IsValid(body))
            throw new RequestException("The body is not valid UTF-8.");
        try
        {
            // A field that is there twice says two things; which one counted would be anybody's guess.
            JsonDocumentOptions options = new() { MaxDepth = limits.JsonDepth, AllowDuplicateProperties = false };
            CheckText(body);
            return JsonDocument.Parse(body, options);
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

    /// <summary>
    /// JSON can escape half a surrogate pair, which no text can hold: refused here, so that nobody behind meets one.
    /// </summary>
    private static void CheckText(byte[] body)
    {
        if (body.AsSpan().IndexOf("\\u"u8) < 0)
            return;
        Utf8JsonReader reader = new(body, new JsonReaderOptions { MaxDepth = int.MaxValue });
        string? field = null;
        try
        {
            while (reader.Read())
            {
                string? text = reader.ValueIsEscaped ? reader.GetString() : null;
                if (reader.TokenType == JsonTokenType.PropertyName)
                    field = text ?? Encoding.UTF8.GetString(reader.ValueSpan);
            }
        }
        catch (InvalidOperationException)
        {
            throw new RequestException(
                $"Near '{field}': the string is no valid Unicode text (half a surrogate pair).", field);
        }
    }

    /// <summary>
    /// The field that the reader was in when the text stopped being JSON (NaN, for one, is not).
    /// </summary>
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
            return field;
        }

        // The text is JSON: the fault is one that only the whole document shows.
        return null;
    }
}
