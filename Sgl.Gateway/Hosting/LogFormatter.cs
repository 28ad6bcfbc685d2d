using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Sgl.Gateway.Hosting;

/// <summary>
/// One line an event, as SGLang's logs look: "[2026-08-22 14:03:11] text", with the level in it from warnings on and
/// behind it the session and the trace of the request that it is about.
/// </summary>
internal sealed class LogFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "sgl";

    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopes, TextWriter output)
    {
        string level = entry.LogLevel >= LogLevel.Warning ? $" {entry.LogLevel}:" : "";
        output.Write($"[{DateTime.Now:yyyy-MM-dd HH:mm:ss}]{level} {entry.Formatter(entry.State, entry.Exception)}");
        scopes?.ForEachScope(
            static (scope, output) =>
            {
                if (scope is RequestScope request)
                    output.Write(request.Trail);
            },
            output);
        output.WriteLine();
        if (entry.Exception is not null)
            output.WriteLine(entry.Exception);
    }
}
