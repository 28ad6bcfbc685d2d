using Sgl.Engine.Execution;

namespace Sgl.Engine.Layers;

/// <summary>Brings runs of activations to one scale: a token's hidden state, or each of its heads.</summary>
public abstract class Norm
{
    /// <summary>
    /// Adds what the last block computed to the residual stream, then norms that into a tensor of its own.
    /// </summary>
    /// <param name="residual">[T, hidden], changed in place.</param>
    /// <param name="delta">[T, hidden]; null before the first block.</param>
    public abstract Tensor Forward(Workspace work, Tensor residual, Tensor? delta);

    /// <param name="x">[T, k * the run's length].</param>
    public abstract void InPlace(Workspace work, Tensor x);
}
