using Microsoft.Extensions.Logging.Console;
using Sgl.Gateway.Flags;

namespace Sgl.Gateway.Hosting;

/// <summary>Where log lines go, and in what form.</summary>
internal static class Logs
{
    public static void AddTo(ILoggingBuilder logging, GatewayOptions options)
    {
        logging.SetMinimumLevel(options.LogLevel);
        logging.AddFilter("Microsoft", options.LogLevel > LogLevel.Warning ? options.LogLevel : LogLevel.Warning);
        logging.AddConsole(console =>
        {
            console.FormatterName = options.JsonLogs ? JsonLogFormatter.FormatterName : LogFormatter.FormatterName;
            // All of it goes to stderr: stdout is for what a program may want to read.
            console.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        logging.AddConsoleFormatter<LogFormatter, ConsoleFormatterOptions>();
        logging.AddConsoleFormatter<JsonLogFormatter, ConsoleFormatterOptions>();
    }
}
