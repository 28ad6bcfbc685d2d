using Sgl.Engine.Execution;
using Sgl.Engine.Models;

namespace Sgl.Engine.Layers;

/// <summary>down(activation(gate(x)) * up(x)).</summary>
/// <param name="gateUp">Names of the projections to gate and up; one name for one tensor, gate first.</param>
public sealed class GatedMlp(
    Parameters parameters, ModelConfig config, IReadOnlyList<string> gateUp, string down = "down_proj")
{
    private readonly Linear _gateUp = new(
        parameters,
        [.. gateUp.Select(name => new WeightPart(name, 2 * config.IntermediateSize / gateUp.Count))],
        config.HiddenSize,
        config.MlpBias);

    private readonly Linear _down = new(
        parameters, down, config.IntermediateSize, config.HiddenSize, config.MlpBias);

    public GatedMlp(Parameters parameters, ModelConfig config)
        : this(parameters, config, ["gate_proj", "up_proj"])
    {
    }

    /// <param name="x">[T, hidden].</param>
    /// <returns>[T, hidden].</returns>
    public Tensor Forward(Workspace work, Tensor x) =>
        _down.Forward(work, _gateUp.ForwardGated(work, x, config.Activation), "mlp");
}
