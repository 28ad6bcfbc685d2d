using Sgl.Engine.Models;

namespace Sgl.Engine.Execution;

/// <summary>
/// The keys and values of one layer for every slot of the token pool: both [slots, kvHeads * headDim].
/// </summary>
public readonly record struct KvLayer(Tensor Keys, Tensor Values)
{
    /// <summary>Memory for every layer of a model, which lives as long as the operations do.</summary>
    /// <param name="slots">Size of the pool, in tokens.</param>
    /// <exception cref="DeviceMemoryException">It does not fit.</exception>
    public static KvLayer[] AllocateFor(ICausalModel model, IOps ops, int slots) =>
        [.. model.KvWidths.Select(width => new KvLayer(
            ops.Allocate(ops.ActivationType, slots, width), ops.Allocate(ops.ActivationType, slots, width)))];
}
