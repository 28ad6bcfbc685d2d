using Orleans.Placement;

namespace Sgl.Grains.Replicas;

/// <summary>Places a grain by <see cref="SlotPlacementDirector"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SlotPlacementAttribute() : PlacementAttribute(new SlotPlacement());
