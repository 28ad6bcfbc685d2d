using System.Text.Json.Nodes;
using Sgl.Bench.Http;

namespace Sgl.Cluster.Bench.Harness;

/// <summary>What a gateway's /cluster tells.</summary>
/// <param name="Ready">Replicas that it sends requests to.</param>
/// <param name="Replicas">Replicas that it knows.</param>
/// <param name="Desired">Replicas that there should be.</param>
/// <param name="Running">Streams that it serves.</param>
/// <param name="Held">Requests that wait for a replica.</param>
internal sealed record ClusterState(int Ready, int Replicas, int Desired, int Running, int Held)
{
    public static async Task<ClusterState> ReadAsync(ServerClient gateway, CancellationToken cancellation)
    {
        JsonObject state = await gateway.GetAsync("cluster", cancellation);
        JsonArray replicas = state["replicas"]!.AsArray();
        JsonNode model = state["model"]!;
        return new ClusterState(
            replicas.Count(replica => replica!["takes_requests"]!.GetValue<bool>()),
            replicas.Count,
            model["desired_replicas"]!.GetValue<int>(),
            model["running_streams"]!.GetValue<int>(),
            model["held_requests"]!.GetValue<int>());
    }
}
