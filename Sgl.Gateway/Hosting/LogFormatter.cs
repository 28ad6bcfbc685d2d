using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Sgl.Gateway.Hosting;

/// <summary>
/// One line an event, as SGLang's logs look: "[2026-08-22 14:03:11] text", with the level in it from warnings on.
/// </summary>
internal sealed class LogFormatter() : ConsoleFormatter(FormatterName)
{
    private const string FormatterName = "sgl";

    public static void AddTo(ILoggingBuilder logging, LogLevel level)
    {
        logging.SetMinimumLevel(level);
        logging.AddFilter("Microsoft", level > LogLevel.Warning ? level : LogLevel.Warning);
        logging.AddConsole(console =>
        {
            console.FormatterName = FormatterName;
            // All of it goes to stderr: stdout is for what a program may want to read.
            console.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        logging.AddConsoleFormatter<LogFormatter, ConsoleFormatterOptions>();
    }

    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopes, TextWriter output)
    {
        string level = entry.LogLevel >= LogLevel.Warning ? $" {entry.LogLevel}:" : "";
        output.WriteLine(
            $"[{DateTime.Now:yyyy-MM-dd HH:mm:ss}]{level} {entry.Formatter(entry.State, entry.Exception)}");
        if (entry.Exception is not null)
            output.WriteLine(entry.Exception);
    }
}
