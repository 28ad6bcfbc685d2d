using Orleans.Runtime.Placement;

namespace Sgl.Grains.Replicas;

/// <summary>
/// Follows the hint of the model's grain, which knows the slots of every silo. A call without one is a gateway's to a
/// replica that is gone: it must not bring it back on a silo without a device.
/// </summary>
public sealed class SlotPlacementDirector : IPlacementDirector
{
    /// <exception cref="InvalidOperationException">The call has no hint, or its silo is gone.</exception>
    public Task<SiloAddress> OnAddActivation(
        PlacementStrategy strategy, PlacementTarget target, IPlacementContext context) =>
        IPlacementDirector.GetPlacementHint(target.RequestContextData, context.GetCompatibleSilos(target)) is { } silo
            ? Task.FromResult(silo)
            : throw new InvalidOperationException($"Replica {target.GrainIdentity} is not running.");
}
