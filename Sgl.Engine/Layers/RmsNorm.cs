using Sgl.Engine.Execution;
using Sgl.Engine.Models;

namespace Sgl.Engine.Layers;

/// <summary>x / rms(x) * (weight + offset), for each run of weight's length.</summary>
/// <param name="offset">1 for Gemma, whose weights are stored less 1.</param>
public sealed class RmsNorm(Weight weight, float epsilon, float offset = 0) : Norm
{
    /// <summary>Of the hidden size.</summary>
    public RmsNorm(Parameters parameters, string name, ModelConfig config, float offset = 0)
        : this(parameters.Vector(name, config.HiddenSize), config.NormEpsilon, offset)
    {
    }

    public override Tensor Forward(Workspace work, Tensor residual, Tensor? delta)
    {
        Tensor output = work.Buffer("normed", weight.Columns);
        if (delta is { } x)
            work.Ops.AddRmsNorm(residual, x, weight, epsilon, offset, output);
        else
            work.Ops.RmsNorm(residual, weight, epsilon, offset, output);
        return output;
    }

    public override void InPlace(Workspace work, Tensor x) => work.Ops.RmsNorm(x, weight, epsilon, offset, x);
}
