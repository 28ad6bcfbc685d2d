namespace Sgl.Cluster.Bench.Harness;

/// <summary>What a <see cref="LocalCluster"/> consists of.</summary>
internal sealed record ClusterShape
{
    /// <summary>Sgl.Silo.dll.</summary>
    public required string SiloProgram { get; init; }

    public int Gateways { get; init; } = 1;

    public int Replicas { get; init; } = 3;

    /// <summary>
    /// Free ports are looked for from here on; each process that starts clusters has its own hundred, below those that
    /// the system gives to connections.
    /// </summary>
    public int FirstPort { get; init; } = 20_000 + (100 * (Environment.ProcessId % 100));

    /// <summary>Flags of the model that every silo gets, and a single process, too.</summary>
    public IReadOnlyList<string> ModelFlags { get; init; } = ["--device", "cpu", "--cpu-threads", "1"];

    /// <summary>More flags of every silo.</summary>
    public IReadOnlyList<string> SiloFlags { get; init; } = [];
}
