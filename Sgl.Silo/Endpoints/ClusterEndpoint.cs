using System.Text.Json;
using Sgl.Gateway.Responses;
using Sgl.Grains.Abstractions;
using Sgl.Grains.Routing;
using Sgl.Grains.Streams;

namespace Sgl.Silo.Endpoints;

/// <summary>GET /cluster: the silos, and the replicas with their load, as this gateway knows them.</summary>
internal static class ClusterEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/cluster", http =>
    {
        ClusterMembershipSnapshot members =
            http.RequestServices.GetRequiredService<IClusterMembershipService>().CurrentSnapshot;
        ReplicaSet replicas = http.RequestServices.GetRequiredService<ReplicaSet>();
        return JsonOutput.SendAsync(http, StatusCodes.Status200OK, json => Write(json, members, replicas));
    });

    private static void Write(Utf8JsonWriter json, ClusterMembershipSnapshot members, ReplicaSet replicas)
    {
        json.WriteStartObject();
        json.WriteStartArray("silos");
        foreach (ClusterMember member in members.Members.Values)
        {
            json.WriteStartObject();
            json.WriteString("address", member.SiloAddress.ToParsableString());
            json.WriteString("name", member.Name);
            json.WriteString("status", member.Status.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("model");
        json.WriteString("name", replicas.ModelName);
        json.WriteNumber("desired_replicas", replicas.Desired);
        json.WriteString("routing_policy", replicas.Router.PolicyName);
        json.WriteNumber("running_streams", replicas.Running);
        json.WriteNumber("held_requests", replicas.Held);
        json.WriteNumber("moved_streams_total", replicas.MovedTotal);
        json.WriteNumber("indexed_blocks", replicas.Router.IndexedBlocks);
        json.WriteEndObject();
        WriteReplicas(json, replicas);
        json.WriteEndObject();
    }

    private static void WriteReplicas(Utf8JsonWriter json, ReplicaSet replicas)
    {
        Dictionary<string, RoutedReplica> routed = replicas.Router.Replicas.ToDictionary(replica => replica.Id);
        json.WriteStartArray("replicas");
        foreach (ReplicaEntry entry in replicas.Entries.OrderBy(entry => entry.Key))
        {
            RoutedReplica? known = routed.GetValueOrDefault(entry.Key);
            ReplicaLoad load = entry.Load;
            json.WriteStartObject();
            json.WriteString("key", entry.Key);
            json.WriteString("silo", entry.Silo);
            json.WriteString("state", load.State.ToString());
            json.WriteBoolean("takes_requests", known?.IsReady == true);
            json.WriteNumber("running", load.RunningRequests);
            json.WriteNumber("queued", load.QueuedRequests);
            json.WriteNumber("queued_tokens", load.QueuedTokens);
            json.WriteNumber("streams_of_this_gateway", known?.Leases ?? 0);
            json.WriteNumber("kv_tokens", load.TotalTokens);
            json.WriteNumber("kv_usage", Part(load.HeldTokens, load.TotalTokens));
            json.WriteNumber("kv_cached", Part(load.CachedTokens, load.TotalTokens));
            json.WriteNumber("cache_hit_rate", Part(load.CachedTokensTotal, load.PromptTokensTotal));
            json.WriteNumber("generation_throughput", Math.Round(load.GenerationThroughput, 1));
            json.WriteNumber("indexed_blocks", known?.IndexedBlocks ?? 0);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static double Part(long some, long all) => all == 0 ? 0 : Math.Round((double)some / all, 4);
}
