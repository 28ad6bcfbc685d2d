using Sgl.Engine.Execution;
using Sgl.Engine.Models;

namespace Sgl.Engine.Layers;

/// <summary>down(activation(gate(x)) * up(x)).</summary>
public sealed class GatedMlp(Parameters parameters, ModelConfig config)
{
    private readonly Linear _gateUp = new(
        parameters,
        [("gate_proj", config.IntermediateSize), ("up_proj", config.IntermediateSize)],
        config.HiddenSize,
        config.MlpBias);

    private readonly Linear _down = new(
        parameters, "down_proj", config.IntermediateSize, config.HiddenSize, config.MlpBias);

    /// <param name="x">[T, hidden].</param>
    /// <returns>[T, hidden].</returns>
    public Tensor Forward(Workspace work, Tensor x) =>
        _down.Forward(work, _gateUp.ForwardGated(work, x, config.Activation), "mlp");
}
