using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Sgl.Gateway.Responses;

/// <summary>Server-sent events, gathered until they are flushed together.</summary>
internal sealed class SseWriter(HttpResponse response)
{
    private readonly ArrayBufferWriter<byte> _events = new(1024);
    private Utf8JsonWriter? _json;

    /// <summary>The id of an event that ends now; null leaves events without ids.</summary>
    public Func<string>? EventId { get; init; }

    public int Unflushed => _events.WrittenCount;

    /// <summary>The headers of a stream; sent with the first flush.</summary>
    public void Begin()
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        // Proxies such as nginx would hold events back otherwise.
        response.Headers["X-Accel-Buffering"] = "no";
    }

    /// <summary>The writer for one event's JSON; <see cref="EndEvent"/> closes the event.</summary>
    public Utf8JsonWriter BeginEvent()
    {
        _events.Write("data: "u8);
        _json ??= JsonOutput.WriterTo(_events);
        _json.Reset();
        return _json;
    }

    public void EndEvent()
    {
        _json!.Flush();
        if (EventId is not null)
        {
            _events.Write("\nid: "u8);
            _events.Write(Encoding.UTF8.GetBytes(EventId()));
        }

        _events.Write("\n\n"u8);
    }

    public void Done() => _events.Write("data: [DONE]\n\n"u8);

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_events.WrittenCount == 0)
            return;
        await response.BodyWriter.WriteAsync(_events.WrittenMemory, cancellationToken);
        _events.ResetWrittenCount();
    }
}
