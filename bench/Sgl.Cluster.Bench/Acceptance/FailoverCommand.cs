using Sgl.Bench.CommandLine;
using Sgl.Bench.Reporting;
using Sgl.Cluster.Bench.Harness;
using Sgl.Engine.Requests;

namespace Sgl.Cluster.Bench.Acceptance;

/// <summary>
/// Seeded streams on a cluster of silo processes, once undisturbed and once under each fault: who ends with other
/// tokens than before, or not at all, and how long a stream stood still.
/// </summary>
internal static class FailoverCommand
{
    public static Command Command { get; } = new(
        "failover",
        "seeded streams under faults against an undisturbed run, on a cluster of processes",
        [
            .. ClusterFlags.All,
            new("--faults", "NAME ...", string.Join(' ', Fault.All.Skip(1).Select(fault => fault.Name)),
                "which: " + string.Join("; ", Fault.All.Select(fault => $"{fault.Name} ({fault.Summary})"))),
            new("--gateways", "N", "2", "gateway silos"),
            new("--replicas", "N", "3", "replica silos, one replica each"),
            new("--streams", "N", "200", "requests"),
            new("--concurrency", "N", "200", "of them at the same time"),
            new("--output-len", "N", "128", "tokens of each"),
        ],
        (flags, cancellation) => RunAsync(flags, Console.Out, cancellation));

    private static async Task<int> RunAsync(FlagValues flags, TextWriter output, CancellationToken cancellation)
    {
        ClusterShape shape = ClusterFlags.Shape(flags) with
        {
            Gateways = flags.Integer("--gateways", 1),
            Replicas = flags.Integer("--replicas", 1),
        };
        Fault[] faults = [.. flags.Texts("--faults").Select(Find)];
        StreamCase[] cases = StreamCase.Make(flags.Integer("--streams", 1), flags.Integer("--output-len", 4));
        int concurrency = flags.Integer("--concurrency", 1);

        Table table = StreamReport.Table();
        StreamReport? undisturbed = null;
        bool good = true;
        foreach (Fault fault in faults)
        {
            await using LocalCluster cluster = await LocalCluster.StartAsync(shape);
            await cluster.WaitForReplicasAsync(shape.Replicas, cancellation);
            await output.WriteLineAsync($"{fault.Name}: logs in {cluster.Folder}");
            if (undisturbed is null)
            {
                undisturbed = await StreamRun.RunAsync(cluster, cases, concurrency, Fault.All[0]);
                undisturbed.AddTo(table, undisturbed);
                good &= await TellAsync(undisturbed, undisturbed, output);
            }
            StreamReport report = await StreamRun.RunAsync(cluster, cases, concurrency, fault);
            report.AddTo(table, undisturbed);
            good &= await TellAsync(report, undisturbed, output);
        }
        await output.WriteLineAsync(table.ToString());
        return good ? 0 : 1;
    }

    private static async Task<bool> TellAsync(StreamReport report, StreamReport undisturbed, TextWriter output)
    {
        string[] problems = [.. report.Cut, .. report.Wrong(undisturbed)];
        foreach (string problem in problems.Take(5))
            await output.WriteLineAsync($"  {problem}");
        return problems.Length == 0;
    }

    private static Fault Find(string name) => Fault.All.FirstOrDefault(fault => fault.Name == name)
        ?? throw new UserErrorException(
            $"--faults {name}: known are {string.Join(", ", Fault.All.Select(fault => fault.Name))}.");
}
