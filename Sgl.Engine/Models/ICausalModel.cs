using Sgl.Engine.Execution;
using Sgl.Engine.Requests;

namespace Sgl.Engine.Models;

/// <summary>
/// An architecture: one file of shared layers in this folder, found by its <see cref="ArchitectureAttribute"/>.
/// </summary>
public interface ICausalModel
{
    ModelConfig Config { get; }

    /// <summary>
    /// Shape of the keys and values each layer stores: one entry per layer, kvHeads * headDim elements.
    /// </summary>
    IReadOnlyList<int> KvWidths { get; }

    /// <summary>Which prompts have cached keys in common.</summary>
    KeySharing KeySharing { get; }

    /// <summary>
    /// Runs all layers and the last norm; keys and values of the new tokens are stored in <paramref name="cache"/>.
    /// </summary>
    /// <returns>[T, hidden], in the step's scratch memory.</returns>
    Tensor Forward(IOps ops, Pass pass, IReadOnlyList<KvLayer> cache);

    /// <summary>The logits of rows of hidden states. hidden [R, hidden size].</summary>
    /// <returns>[R, vocabulary], in the step's scratch memory.</returns>
    Tensor Logits(IOps ops, Tensor hidden);

    /// <summary>The logits of some rows of hidden states. hidden [T, hidden size].</summary>
    /// <returns>[rows.Length, vocabulary], in the step's scratch memory.</returns>
    Tensor Logits(IOps ops, Tensor hidden, ReadOnlySpan<int> rows)
    {
        Tensor picked = ops.Scratch(rows.Length, hidden.Columns);
        ops.GatherRows(hidden, rows, picked);
        return Logits(ops, picked);
    }
}
