namespace Sgl.Grains.Abstractions;

/// <summary>The replicas of a model, as their silos last reported them.</summary>
[GenerateSerializer, Immutable, Alias("sgl.ModelReplicas")]
public sealed record ModelReplicas(
    [property: Id(0)] int Desired,
    [property: Id(1)] ReplicaEntry[] Replicas);
