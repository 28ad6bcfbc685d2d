using Sgl.Engine;
using Sgl.Grains.Abstractions;

namespace Sgl.Grains.Replicas;

/// <summary>What a silo with devices offers: slots, each of which can hold one engine of its model.</summary>
public sealed record ReplicaOffer
{
    /// <summary>The model's name in the cluster.</summary>
    public required string Model { get; init; }

    public required int Slots { get; init; }

    /// <summary>
    /// Loads the model into an engine in the slot of that number, from 0 on; called on a thread of its own, may take
    /// minutes.
    /// </summary>
    public required Func<int, IInferenceBackend> Load { get; init; }

    public required ModelDescription Description { get; init; }
}
