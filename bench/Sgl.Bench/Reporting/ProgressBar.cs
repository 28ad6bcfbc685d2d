using System.Diagnostics;
using System.Globalization;

namespace Sgl.Bench.Reporting;

/// <summary>
/// How far a run is. On a terminal one line that is drawn over; elsewhere a line now and then, so that a log stays
/// short.
/// </summary>
internal sealed class ProgressBar(string what, double total, TextWriter writer, bool interactive) : IDisposable
{
    private const int Width = 30;
    private const double RedrawSeconds = 0.1;
    private const double LogSeconds = 10;

    private readonly Lock _lock = new();
    private readonly long _start = Stopwatch.GetTimestamp();
    private double _lastDrawn = double.NegativeInfinity;
    private bool _drawn;
    private bool _complete;

    public static ProgressBar OnStandardError(string what, double total) =>
        new(what, total, Console.Error, !Console.IsErrorRedirected);

    public void Report(double done, string note = "")
    {
        lock (_lock)
        {
            double elapsed = Stopwatch.GetElapsedTime(_start).TotalSeconds;
            double interval = interactive ? RedrawSeconds : LogSeconds;
            if (_complete || (elapsed - _lastDrawn < interval && done < total))
                return;
            _complete = done >= total;
            _lastDrawn = elapsed;
            _drawn = true;
            string line = Render(what, done, total, elapsed, note);
            if (interactive)
                writer.Write($"\r{line}\u001b[K");
            else
                writer.WriteLine(line);
        }
    }

    public static string Render(string what, double done, double total, double elapsedSeconds, string note)
    {
        double part = total > 0 ? Math.Clamp(done / total, 0, 1) : 1;
        int filled = (int)(part * Width);
        string bar = new string('#', filled) + new string('.', Width - filled);
        string counts = string.Create(CultureInfo.InvariantCulture, $"{done:0}/{total:0} {elapsedSeconds:0.0} s");
        return $"{what} [{bar}] {counts} {note}".TrimEnd();
    }

    public void Dispose()
    {
        if (interactive && _drawn)
            writer.WriteLine();
    }
}
