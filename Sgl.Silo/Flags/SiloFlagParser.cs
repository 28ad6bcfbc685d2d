using System.Text;
using Sgl.Engine.Requests;
using Sgl.Gateway.Flags;

namespace Sgl.Silo.Flags;

/// <summary>Takes the silo's own flags out of a command line; the rest is the gateway's.</summary>
internal static class SiloFlagParser
{
    private const string Cluster = "--cluster";

    /// <returns>The options; null when --help was asked for.</returns>
    /// <exception cref="UserErrorException">An unknown flag, or a bad or missing value.</exception>
    public static SiloOptions? Parse(IReadOnlyList<string> args, Func<string, string?> environment)
    {
        SiloOptions options = new();
        List<string> rest = [];
        for (int i = 0; i < args.Count; i++)
        {
            string[] parts = args[i].Split('=', 2);
            string name = parts[0].Replace('_', '-');
            if (name == Cluster)
                options = options with { Postgres = Connection(args, ref i, parts) };
            else if (SiloFlagTable.All.FirstOrDefault(flag => flag.Name == name) is { } flag)
                options = flag.Apply(options, parts.Length == 2 ? parts[1] : Next(args, ref i, flag));
            else
                rest.Add(args[i]);
        }

        if (FlagParser.Parse(rest) is not GatewayOptions gateway)
            return null;
        // Several silos of one machine cannot share the usual port, and none but gateways need a known one.
        if (!options.IsGateway && !rest.Any(text => text.StartsWith("--port", StringComparison.Ordinal)))
            gateway = gateway with { Port = 0 };
        options = options with { Gateway = EnvironmentOptions.Apply(gateway, environment) };
        options.Check();
        return options;
    }

    public static string Help()
    {
        StringBuilder text = new(FlagHelp.Text().Replace("Sgl.Gateway", "Sgl.Silo"));
        text.AppendLine().AppendLine("The cluster:");
        text.AppendLine($"  {Cluster} memory | postgres \"Host=...\"");
        text.AppendLine("      where silos find each other, and sessions are kept (default: memory, one process)");
        foreach (SiloFlag flag in SiloFlagTable.All)
            text.AppendLine($"  {flag.Name} {flag.Value}").AppendLine($"      {flag.Help}");
        return text.ToString();
    }

    private static string Next(IReadOnlyList<string> args, ref int i, SiloFlag flag) =>
        i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal)
            ? args[++i]
            : throw new UserErrorException($"{flag.Name}: its value is missing; expected {flag.Name} {flag.Value}.");

    private static string? Connection(IReadOnlyList<string> args, ref int i, string[] parts)
    {
        string kind = parts.Length == 2 ? parts[1] : i + 1 < args.Count ? args[++i] : "";
        return kind switch
        {
            "memory" => null,
            "postgres" when i + 1 < args.Count && args[i + 1].Contains('=') => args[++i],
            "postgres" => throw new UserErrorException(
                $"{Cluster} postgres: the connection is missing; expected for example "
                + $"{Cluster} postgres \"Host=127.0.0.1;Username=sgl;Database=sgl\"."),
            _ => throw Flag.Wrong(Cluster, kind, "memory, or postgres \"Host=...\""),
        };
    }
}
