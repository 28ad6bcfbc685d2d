namespace Sgl.Grains.Replicas;

/// <summary>A replica goes where the model's grain saw a free slot, and nowhere else.</summary>
[Serializable]
public sealed class SlotPlacement : PlacementStrategy;
