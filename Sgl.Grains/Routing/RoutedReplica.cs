using Sgl.Grains.Abstractions;

namespace Sgl.Grains.Routing;

/// <summary>A replica as a router sees it.</summary>
/// <param name="IndexedBlocks">Of its cache, as far as the router knows.</param>
/// <param name="Leases">Requests that this router has there.</param>
/// <param name="IsReady">It takes requests, and was not seen to fail since it was last heard.</param>
public sealed record RoutedReplica(string Id, ReplicaLoad Load, int IndexedBlocks, int Leases, bool IsReady);
