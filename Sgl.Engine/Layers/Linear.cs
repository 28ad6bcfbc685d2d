using Sgl.Engine.Execution;

namespace Sgl.Engine.Layers;

/// <summary>
/// x · weightᵀ + bias. Projections of the same input are one product: their outputs lie side by side.
/// </summary>
public sealed class Linear
{
    private readonly Weight _weight;
    private readonly Weight? _bias;

    public Linear(Parameters parameters, string name, int inputs, int outputs, bool bias = false)
        : this(parameters, [new(name, outputs)], inputs, bias)
    {
    }

    /// <param name="parts">Each row gives one output.</param>
    public Linear(Parameters parameters, ReadOnlySpan<WeightPart> parts, int inputs, bool bias = false)
    {
        _weight = parameters.Matrix(parts, inputs);
        _bias = bias ? parameters.Bias(parts) : null;
    }

    /// <param name="x">[T, inputs].</param>
    /// <param name="use">Names the workspace's buffer that takes the output.</param>
    /// <returns>[T, outputs of all parts].</returns>
    public Tensor Forward(Workspace work, Tensor x, string use)
    {
        Tensor output = work.Buffer(use, _weight.Rows);
        work.Ops.Linear(x, _weight, _bias, output);
        return output;
    }

    /// <summary>activation(gate) * up, where the gates are the first half of the outputs.</summary>
    /// <param name="x">[T, inputs].</param>
    /// <returns>[T, outputs / 2].</returns>
    public Tensor ForwardGated(Workspace work, Tensor x, Activation activation)
    {
        Tensor product = work.Buffer("gate and up", _weight.Rows);
        Tensor output = work.Buffer("gated", _weight.Rows / 2);
        work.Ops.GatedLinear(x, _weight, _bias, activation, product, output);
        return output;
    }
}
