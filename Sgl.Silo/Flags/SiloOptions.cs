using Sgl.Engine.Requests;
using Sgl.Gateway.Flags;
using Sgl.Grains;
using Sgl.Grains.Abstractions;
using Sgl.Grains.Routing;

namespace Sgl.Silo.Flags;

/// <summary>All that the silo program can be told; what the gateway knows, too, is in <see cref="Gateway"/>.</summary>
internal sealed record SiloOptions
{
    public GatewayOptions Gateway { get; init; } = new();

    /// <summary>gateway, gpu or both.</summary>
    public string Role { get; init; } = "both";

    /// <summary>How to reach PostgreSQL; null is a cluster of this one process, in memory.</summary>
    public string? Postgres { get; init; }

    /// <summary>Silos of one name are one cluster.</summary>
    public string ClusterId { get; init; } = "sgl";

    /// <summary>The address that the other silos reach this one by.</summary>
    public string SiloHost { get; init; } = "127.0.0.1";

    /// <summary>0 takes a free one.</summary>
    public int SiloPort { get; init; }

    /// <summary>For .NET clients; 0 takes a free one.</summary>
    public int ClientPort { get; init; }

    /// <summary>How many replicas this silo can hold.</summary>
    public int Replicas { get; init; } = 1;

    public ScalingRules Scaling { get; init; } = new();

    public string RoutingPolicy { get; init; } = RoutingPolicies.Default;

    public ClusterOptions Cluster { get; init; } = new();

    public bool IsGateway => Role != "gpu";

    public bool HasDevices => Role != "gateway";

    /// <exception cref="UserErrorException">Flags that do not go together.</exception>
    public void Check()
    {
        if (Scaling.MinReplicas > Scaling.MaxReplicas)
            throw new UserErrorException(
                $"--min-replicas {Scaling.MinReplicas} is more than --max-replicas {Scaling.MaxReplicas}.");
        if (Postgres is null && Role != "both")
            throw new UserErrorException(
                $"--role {Role}: a cluster in memory is one process with both roles; "
                + "several need --cluster postgres \"Host=...\".");
    }
}
