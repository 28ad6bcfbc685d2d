using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Sgl.Bench.Http;
using Sgl.Engine.Requests;

namespace Sgl.Cluster.Bench.Harness;

/// <summary>PostgreSQL and silos on this machine, in a folder of their own with their logs.</summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    /// <summary>A silo starts in a few seconds; several of them share the cores.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly PortRange _ports;

    private LocalCluster(string folder, Postgres postgres, PortRange ports) =>
        (Folder, Postgres, _ports) = (folder, postgres, ports);

    /// <summary>Where the logs are; it stays.</summary>
    public string Folder { get; }

    public Postgres Postgres { get; }

    public List<SiloProcess> Silos { get; } = [];

    public IEnumerable<SiloProcess> Gateways => Silos.Where(silo => silo.Name.StartsWith("gateway"));

    public IEnumerable<SiloProcess> Replicas => Silos.Where(silo => silo.Name.StartsWith("replica"));

    /// <summary>Starts gateways, then silos with one replica each, and waits until requests are answered.</summary>
    public static async Task<LocalCluster> StartAsync(ClusterShape shape)
    {
        string folder = Directory.CreateTempSubdirectory("sgl-cluster-").FullName;
        PortRange ports = new(shape.FirstPort);
        // PostgreSQL's user must reach its folder in there.
        await Shell.RunAsync("chmod", "755", folder);
        Postgres postgres = await Postgres.StartAsync(Path.Combine(folder, "postgres"), ports.Next());
        LocalCluster cluster = new(folder, postgres, ports);
        try
        {
            for (int i = 0; i < shape.Gateways; i++)
                cluster.Add(shape, $"gateway-{i}", ["--role", "gateway"]);
            for (int i = 0; i < shape.Replicas; i++)
                cluster.Add(shape, $"replica-{i}", ["--role", "gpu", "--replicas", "1"]);
            foreach (SiloProcess silo in cluster.Silos)
            {
                silo.Start();
                // The first one makes the tables.
                if (silo == cluster.Silos[0])
                    await silo.WaitUntilReadyAsync(Patience);
            }
            foreach (SiloProcess gateway in cluster.Gateways)
                await gateway.WaitUntilReadyAsync(Patience);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Waits until every gateway would send requests to so many replicas. A silo that the others took for dead, for the
    /// machine was too busy to let it answer, has ended itself by then: it is started again.
    /// </summary>
    public async Task WaitForReplicasAsync(int count, CancellationToken cancellation)
    {
        foreach (SiloProcess gateway in Gateways)
        {
            using ServerClient server = new(gateway.Url);
            long start = Stopwatch.GetTimestamp();
            while ((await ClusterState.ReadAsync(server, cancellation)).Ready < count)
            {
                if (Stopwatch.GetElapsedTime(start) > Patience)
                    throw new InvalidOperationException(
                        $"{gateway.Name} does not see {count} replicas after {Patience}; see {Folder}.");
                await StartEndedAsync();
                await Task.Delay(100, cancellation);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SiloProcess silo in Silos.Where(silo => silo.IsRunning))
            await silo.KillAsync();
        await Postgres.DisposeAsync();
    }

    private async Task StartEndedAsync()
    {
        foreach (SiloProcess silo in Silos.Where(silo => !silo.IsRunning))
        {
            silo.Start();
            await silo.WaitUntilReadyAsync(Patience);
        }
    }

    private void Add(ClusterShape shape, string name, string[] flags)
    {
        string[] all =
        [
            .. flags, "--cluster", "postgres", Postgres.Connection, "--cluster-id", Path.GetFileName(Folder),
            "--silo-port", $"{_ports.Next()}", "--client-port", $"{_ports.Next()}",
            .. shape.ModelFlags, .. shape.SiloFlags,
        ];
        Silos.Add(new SiloProcess(name, shape.SiloProgram, all, _ports.Next(), Folder));
    }

    /// <summary>Ports that no one listens on, upwards from the first.</summary>
    private sealed class PortRange(int first)
    {
        private int _next = first;

        /// <exception cref="UserErrorException">None is free.</exception>
        public int Next()
        {
            for (; _next < 65536; _next++)
            {
                if (IsFree(_next))
                    return _next++;
            }
            throw new UserErrorException("--first-port: none from there on is free.");
        }

        private static bool IsFree(int port)
        {
            try
            {
                using TcpListener probe = new(IPAddress.Loopback, port);
                probe.Start();
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }
}
