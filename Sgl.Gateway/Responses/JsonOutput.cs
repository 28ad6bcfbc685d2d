using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sgl.Gateway.Responses;

/// <summary>Writes JSON as clients of Python servers expect it: text as UTF-8, no number that is not JSON.</summary>
internal static class JsonOutput
{
    private static readonly JsonWriterOptions _options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static Utf8JsonWriter WriterTo(IBufferWriter<byte> output) => new(output, _options);

    /// <summary>Sends a whole answer.</summary>
    public static async Task SendAsync(HttpContext http, int status, Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> body = new(512);
        await using (Utf8JsonWriter json = WriterTo(body))
            write(json);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.WrittenCount;
        await http.Response.Body.WriteAsync(body.WrittenMemory, http.RequestAborted);
    }

    /// <summary>A logprob; null when there is none or it is infinite, which JSON cannot say.</summary>
    public static void WriteLogprob(this Utf8JsonWriter json, float? logprob)
    {
        if (logprob is float value && float.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteNullValue();
    }

    public static void WriteInts(this Utf8JsonWriter json, string name, IReadOnlyList<int> values)
    {
        json.WriteStartArray(name);
        for (int i = 0; i < values.Count; i++)
            json.WriteNumberValue(values[i]);
        json.WriteEndArray();
    }

    /// <summary>A value of a flag: text, number, bool or null.</summary>
    public static void WriteAny(this Utf8JsonWriter json, string name, object? value)
    {
        json.WritePropertyName(name);
        JsonSerializer.Serialize(json, value);
    }
}
