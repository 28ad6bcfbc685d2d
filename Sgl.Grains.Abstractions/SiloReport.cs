namespace Sgl.Grains.Abstractions;

/// <summary>What a silo offers and runs of one model.</summary>
[GenerateSerializer, Immutable, Alias("sgl.SiloReport")]
public sealed record SiloReport
{
    /// <summary>The silo's address.</summary>
    [Id(0)] public required string Silo { get; init; }

    /// <summary>How many replicas it can hold.</summary>
    [Id(1)] public required int Slots { get; init; }

    /// <summary>It is about to stop: nothing is to be started there.</summary>
    [Id(2)] public required bool Draining { get; init; }

    [Id(3)] public required ReplicaEntry[] Replicas { get; init; }
}
