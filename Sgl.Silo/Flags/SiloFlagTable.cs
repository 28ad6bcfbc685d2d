using Sgl.Grains.Routing;

namespace Sgl.Silo.Flags;

/// <summary>Every flag of the silo besides the gateway's.</summary>
internal static class SiloFlagTable
{
    public static IReadOnlyList<SiloFlag> All { get; } = [.. Silo(), .. Replicas(), .. Streams()];

    private static IEnumerable<SiloFlag> Silo() =>
    [
        SiloFlag.Choice("--role", ["gateway", "gpu", "both"], "what this silo does (default: both)",
            (o, v) => o with { Role = v }),
        SiloFlag.Text("--cluster-id", "NAME", "silos of one name are one cluster (default: sgl)",
            (o, v) => o with { ClusterId = v }),
        SiloFlag.Text("--silo-host", "ADDRESS", "where other silos reach this one (default: 127.0.0.1)",
            (o, v) => o with { SiloHost = v }),
        SiloFlag.Integer("--silo-port", 0, "for the other silos; 0 takes a free one (default: 0)",
            (o, v) => o with { SiloPort = v }),
        SiloFlag.Integer("--client-port", 0, "for .NET clients; 0 takes a free one (default: 0)",
            (o, v) => o with { ClientPort = v }),
    ];

    private static IEnumerable<SiloFlag> Replicas() =>
    [
        SiloFlag.Integer("--replicas", 1, "how many replicas this silo can hold (default: 1)",
            (o, v) => o with { Replicas = v }),
        SiloFlag.Integer("--min-replicas", 0, "of the model, in the cluster (default: every slot that is offered)",
            (o, v) => o with { Scaling = o.Scaling with { MinReplicas = v } }),
        SiloFlag.Integer("--max-replicas", 1, "of the model, in the cluster (default: every slot that is offered)",
            (o, v) => o with { Scaling = o.Scaling with { MaxReplicas = v } }),
        SiloFlag.Seconds("--idle-seconds", 1, "quiet after which --min-replicas are enough (default: 300)",
            (o, v) => o with { Scaling = o.Scaling with { IdleTime = v } }),
    ];

    private static IEnumerable<SiloFlag> Streams() =>
    [
        SiloFlag.Choice("--routing-policy", RoutingPolicies.Names,
            $"who gets a request (default: {RoutingPolicies.Default})", (o, v) => o with { RoutingPolicy = v }),
        SiloFlag.Seconds("--stream-gap-timeout", 1, "a replica silent for so long loses its streams (default: 2)",
            (o, v) => o with { Cluster = o.Cluster with { StreamGapTimeout = v } }),
        SiloFlag.Seconds("--hold-timeout", 0, "how long a request waits for a replica before 503 (default: 30)",
            (o, v) => o with { Cluster = o.Cluster with { HoldTimeout = v } }),
    ];
}
