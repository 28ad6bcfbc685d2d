using Sgl.Engine.Execution;

namespace Sgl.Engine.Layers;

/// <summary>
/// One layer of a decoder. The sum that its last block completes is left to the norm that comes next.
/// </summary>
public interface IDecoderLayer
{
    Attention Attention { get; }

    /// <param name="residual">[T, hidden], changed in place.</param>
    /// <param name="delta">
    /// [T, hidden]: what the layer before computed, still to be added; null in the first layer.
    /// </param>
    /// <returns>[T, hidden]: what this layer computed last, still to be added to the residual.</returns>
    Tensor Forward(Workspace work, Tensor residual, Tensor? delta, KvLayer cache);
}
