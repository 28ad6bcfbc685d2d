using Sgl.Engine.Execution;

namespace Sgl.Engine.Layers;

/// <summary>Hidden states to logits: a projection, then a soft cap where there is one.</summary>
/// <param name="weight">[vocabulary, hidden]; the embedding table where the two are tied.</param>
/// <param name="softCap">0 is none.</param>
public sealed class OutputHead(Weight weight, float softCap = 0)
{
    /// <param name="hidden">[R, hidden].</param>
    /// <returns>[R, vocabulary].</returns>
    public Tensor Forward(IOps ops, Tensor hidden)
    {
        Tensor logits = ops.Scratch(hidden.Rows, weight.Rows);
        ops.Linear(hidden, weight, null, logits);
        if (softCap > 0)
            ops.SoftCap(logits, softCap);
        return logits;
    }
}
