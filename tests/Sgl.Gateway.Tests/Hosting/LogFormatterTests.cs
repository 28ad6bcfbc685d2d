using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Sgl.Gateway.Hosting;

namespace Sgl.Gateway.Tests.Hosting;

/// <summary>Both forms of a line, inside a request and outside.</summary>
public sealed class LogFormatterTests
{
    private readonly LoggerExternalScopeProvider _scopes = new();

    [Fact]
    public void TextTellsMessageSessionAndTrace()
    {
        using Activity request = new Activity("test").Start();
        using IDisposable scope = _scopes.Push(new RequestScope("r", "s"));
        string line = Format(new LogFormatter(), LogLevel.Information, "Finish: rid={Rid}", "r");
        Assert.EndsWith($"] Finish: rid=r, session_id=s, trace_id={request.TraceId}\n", line);
    }

    [Fact]
    public void TextOutsideARequestIsTheMessageAlone() => Assert.EndsWith(
        "] Warning: 3 left\n", Format(new LogFormatter(), LogLevel.Warning, "{Count} left", 3));

    [Fact]
    public void JsonTellsFieldsAndIds()
    {
        using Activity request = new Activity("test").Start();
        using IDisposable scope = _scopes.Push(new RequestScope("r", "s"));
        JsonNode line = Json(LogLevel.Information, "Finish: rid={Rid}, {QueueTime} \"{Reason}\"\n", "r-1", 0.5, "stop");
        Assert.Equal("Finish: rid=r-1, 0.5 \"stop\"\n", (string)line["message"]!);
        Assert.Equal(("information", "Test"), ((string)line["level"]!, (string)line["category"]!));
        // The line's own id is nearer than the scope's.
        Assert.Equal(("r-1", "s"), ((string)line["rid"]!, (string)line["session_id"]!));
        Assert.Equal((0.5, "stop"), ((double)line["queue_time"]!, (string)line["reason"]!));
        Assert.Equal(request.TraceId.ToHexString(), (string)line["trace_id"]!);
        Assert.Equal(request.SpanId.ToHexString(), (string)line["span_id"]!);
        Assert.Equal(DateTimeKind.Utc, DateTime.Parse(
            (string)line["time"]!, null, System.Globalization.DateTimeStyles.RoundtripKind).Kind);
    }

    [Fact]
    public void JsonHasNoIdsWhereThereAreNone()
    {
        using IDisposable scope = _scopes.Push(new RequestScope("r", null));
        JsonObject line = Json(LogLevel.Information, "{Any}", [null]).AsObject();
        Assert.Equal(
            ["time", "level", "category", "message", "any", "rid"], line.Select(field => field.Key));
    }

    [Fact]
    public void AnErrorIsInTheSameLine()
    {
        JsonNode line = Json(LogLevel.Error, "failed", [], new InvalidOperationException("why"));
        Assert.Contains("InvalidOperationException: why", (string)line["exception"]!);
    }

    private JsonNode Json(LogLevel level, string template, params object?[] values) =>
        Json(level, template, values, null);

    private JsonNode Json(LogLevel level, string template, object?[] values, Exception? error)
    {
        string text = Format(new JsonLogFormatter(), level, template, values, error);
        Assert.Equal(text.Length - 1, text.IndexOf('\n'));
        return JsonNode.Parse(text)!;
    }

    private string Format(ConsoleFormatter formatter, LogLevel level, string template, params object?[] values) =>
        Format(formatter, level, template, values, null);

    private string Format(
        ConsoleFormatter formatter, LogLevel level, string template, object?[] values, Exception? error)
    {
        Capture logger = new(formatter, _scopes);
        logger.Log(level, error, template, values);
        return logger.Text;
    }

    /// <summary>Gives the formatter what a console would.</summary>
    private sealed class Capture(ConsoleFormatter formatter, IExternalScopeProvider scopes) : ILogger
    {
        public string Text { get; private set; } = "";

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> format)
        {
            using StringWriter output = new() { NewLine = "\n" };
            LogEntry<TState> entry = new(logLevel, "Test", eventId, state, exception, format);
            formatter.Write(in entry, scopes, output);
            Text = output.ToString();
        }
    }
}
