namespace Sgl.Grains.Abstractions;

/// <summary>One replica, as its silo reports it.</summary>
/// <param name="Key">"model/index".</param>
/// <param name="Silo">The address of its silo.</param>
[GenerateSerializer, Immutable, Alias("sgl.ReplicaEntry")]
public sealed record ReplicaEntry(
    [property: Id(0)] string Key,
    [property: Id(1)] string Silo,
    [property: Id(2)] ReplicaLoad Load);
