using Sgl.Bench.CommandLine;
using Sgl.Engine.Requests;

namespace Sgl.Cluster.Bench.Harness;

/// <summary>The flags of every command that starts silos.</summary>
internal static class ClusterFlags
{
    public static Flag[] All { get; } =
    [
        new("--silo", "PATH", null, "Sgl.Silo.dll; else the one beside this program"),
        new("--first-port", "N", "42500", "free ports are looked for from here on"),
    ];

    /// <exception cref="UserErrorException">The silo's program is not there.</exception>
    public static ClusterShape Shape(FlagValues flags)
    {
        string program = flags.TextOrNull("--silo") ?? Path.Combine(AppContext.BaseDirectory, "Sgl.Silo.dll");
        return File.Exists(program)
            ? new ClusterShape { SiloProgram = program, FirstPort = flags.Integer("--first-port", 1) }
            : throw new UserErrorException($"--silo {program}: no such file; build Sgl.Silo, or say where it is.");
    }
}
