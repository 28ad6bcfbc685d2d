using System.Diagnostics;
using Sgl.Engine.Requests;

namespace Sgl.Cluster.Bench.Harness;

/// <summary>A PostgreSQL of its own on 127.0.0.1, in a folder that goes with it.</summary>
internal sealed class Postgres : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly string _programs;
    private readonly string _folder;
    private readonly int _port;
    private LoggedProcess? _server;

    private Postgres(string programs, string folder, int port) =>
        (_programs, _folder, _port) = (programs, folder, port);

    public string Connection => $"Host=127.0.0.1;Port={_port};Username=sgl;Database=postgres;Maximum Pool Size=20";

    /// <summary>Whether this machine has the server's programs.</summary>
    public static bool IsInstalled => FindPrograms() is not null;

    /// <param name="folder">Where it keeps its data; made by this.</param>
    /// <exception cref="UserErrorException">The machine has no PostgreSQL.</exception>
    public static async Task<Postgres> StartAsync(string folder, int port)
    {
        string programs = FindPrograms() ?? throw new UserErrorException(
            "PostgreSQL is not there: neither initdb on PATH nor /usr/lib/postgresql/*/bin; "
            + "apt-get install postgresql.");
        Directory.CreateDirectory(folder);
        if (IsRoot)
            await Shell.RunAsync("chown", "postgres", folder);
        Postgres postgres = new(programs, folder, port);
        (string program, string[] arguments) = postgres.Command(
            "initdb", "-D", postgres.Data, "-U", "sgl", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C");
        await Shell.RunAsync(program, arguments);
        await postgres.StartAsync();
        return postgres;
    }

    public async Task StartAsync()
    {
        (string program, string[] arguments) = Command(
            "postgres", "-D", Data, "-p", $"{_port}", "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
            "-c", $"unix_socket_directories={_folder}", "-c", "max_connections=200");
        _server = new LoggedProcess(Path.Combine(Path.GetTempPath(), $"sgl-postgres-{_port}.log"), program, arguments);
        long start = Stopwatch.GetTimestamp();
        while (!await AnswersAsync())
        {
            if (_server.Process.HasExited || Stopwatch.GetElapsedTime(start) > _patience)
                throw new InvalidOperationException($"PostgreSQL does not start; see {_server.LogFile}.");
            await Task.Delay(100);
        }
    }

    /// <summary>Ends it at once, as a crash would; <see cref="StartAsync()"/> brings it back with its data.</summary>
    public async Task StopAsync()
    {
        if (_server is null)
            return;
        await Shell.SignalAsync(_server.Process, "QUIT");
        await _server.Process.WaitForExitAsync();
        _server.Dispose();
        _server = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Shell.RunAsync("rm", "-rf", _folder);
    }

    private static bool IsRoot => Environment.UserName == "root";

    private string Data => Path.Combine(_folder, "data");

    /// <summary>It refuses to run as root.</summary>
    private (string Program, string[] Arguments) Command(string program, params string[] arguments)
    {
        string path = Path.Combine(_programs, program);
        return IsRoot
            ? ("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments])
            : (path, arguments);
    }

    private static string? FindPrograms()
    {
        IEnumerable<string> folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        // Debian keeps them all in one place, and only some of them on PATH.
        if (Directory.Exists("/usr/lib/postgresql"))
            folders = Directory.GetDirectories("/usr/lib/postgresql").Order()
                .Select(version => Path.Combine(version, "bin")).Concat(folders);
        return folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")));
    }

    private async Task<bool> AnswersAsync()
    {
        (string program, string[] arguments) = Command("pg_isready", "-q", "-h", "127.0.0.1", "-p", $"{_port}");
        try
        {
            await Shell.RunAsync(program, arguments);
            return true;
        }
        catch (InvalidOperationException)
        {
            // Not yet.
            return false;
        }
    }
}
