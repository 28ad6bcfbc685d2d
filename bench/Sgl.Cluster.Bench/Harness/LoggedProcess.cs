using System.Diagnostics;

namespace Sgl.Cluster.Bench.Harness;

/// <summary>A process whose output goes to a file.</summary>
internal sealed class LoggedProcess : IDisposable
{
    private readonly StreamWriter _log;

    public LoggedProcess(string logFile, string program, IEnumerable<string> arguments)
    {
        LogFile = logFile;
        _log = new StreamWriter(logFile, append: true) { AutoFlush = true };
        Process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
            EnableRaisingEvents = true,
        };
        Process.OutputDataReceived += Write;
        Process.ErrorDataReceived += Write;
        Process.Start();
        Process.BeginOutputReadLine();
        Process.BeginErrorReadLine();
    }

    public Process Process { get; }

    public string LogFile { get; }

    public void Dispose()
    {
        Process.Dispose();
        lock (_log)
            _log.Dispose();
    }

    private void Write(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
        {
            if (line.Data is not null && _log.BaseStream is { CanWrite: true })
                _log.WriteLine(line.Data);
        }
    }
}
