using Sgl.Bench.CommandLine;
using Sgl.Engine.Requests;

namespace Sgl.Cluster.Bench.Harness;

/// <summary>The flags of every command that starts silos.</summary>
internal static class ClusterFlags
{
    public static Flag[] All { get; } =
    [
        new("--silo", "PATH", null, "Sgl.Silo.dll; else the one beside this program"),
        new("--first-port", "N", null, "free ports are looked for from here on; else one by process id"),
    ];

    /// <exception cref="UserErrorException">The silo's program is not there.</exception>
    public static ClusterShape Shape(FlagValues flags)
    {
        string program = flags.TextOrNull("--silo") ?? Path.Combine(AppContext.BaseDirectory, "Sgl.Silo.dll");
        if (!File.Exists(program))
            throw new UserErrorException($"--silo {program}: no such file; build Sgl.Silo, or say where it is.");
        ClusterShape shape = new() { SiloProgram = program };
        return flags.IntegerOrNull("--first-port", 1) is int port ? shape with { FirstPort = port } : shape;
    }
}
