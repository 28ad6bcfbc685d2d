using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Sgl.Gateway.Responses;

namespace Sgl.Gateway.Hosting;

/// <summary>
/// One JSON object an event: time, level, category, message, the message's parts by name, the scope's (the request's
/// id, its session's), trace and span, and the exception.
/// </summary>
internal sealed class JsonLogFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "sgl-json";

    /// <summary>The template, and the web server's own ids, which nobody outside of it knows.</summary>
    private static readonly string[] _leftOut = ["{OriginalFormat}", "ConnectionId", "RequestId"];

    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopes, TextWriter output)
    {
        Dictionary<string, object?> fields = new()
        {
            ["time"] = DateTime.UtcNow.ToString("O", CultureInfo.InvariantCulture),
            ["level"] = entry.LogLevel.ToString().ToLowerInvariant(),
            ["category"] = entry.Category,
            ["message"] = entry.Formatter(entry.State, entry.Exception),
        };
        AddPairs(entry.State, fields);
        scopes?.ForEachScope(AddPairs, fields);
        if (Activity.Current is { } span)
        {
            fields["trace_id"] = span.TraceId.ToHexString();
            fields["span_id"] = span.SpanId.ToHexString();
        }

        if (entry.Exception is not null)
            fields["exception"] = entry.Exception.ToString();
        output.WriteLine(Line(fields));
    }

    /// <summary>What stands there already has come from closer to the event, and stays.</summary>
    private static void AddPairs(object? state, Dictionary<string, object?> fields)
    {
        if (state is not IEnumerable<KeyValuePair<string, object?>> pairs)
            return;
        foreach ((string name, object? value) in pairs)
            if (!_leftOut.Contains(name))
                fields.TryAdd(JsonNamingPolicy.SnakeCaseLower.ConvertName(name), value);
    }

    private static string Line(Dictionary<string, object?> fields)
    {
        ArrayBufferWriter<byte> line = new();
        using (Utf8JsonWriter json = JsonOutput.WriterTo(line))
        {
            json.WriteStartObject();
            foreach ((string name, object? value) in fields)
            {
                json.WritePropertyName(name);
                WriteValue(json, value);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(line.WrittenSpan);
    }

    /// <summary>Numbers as JSON can say them; what is no plain value, as its text.</summary>
    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int or long or short or byte:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong number:
                json.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
