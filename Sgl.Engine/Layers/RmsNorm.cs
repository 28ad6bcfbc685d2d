using Sgl.Engine.Execution;

namespace Sgl.Engine.Layers;

/// <summary>x / rms(x) * (weight + offset), for each run of weight's length.</summary>
/// <param name="offset">1 for Gemma, whose weights are stored less 1.</param>
public sealed class RmsNorm(Weight weight, float epsilon, float offset = 0)
{
    /// <summary>
    /// Adds what the last block computed to the residual stream, then norms that into a tensor of its own.
    /// </summary>
    /// <param name="residual">[T, hidden], changed in place.</param>
    /// <param name="delta">[T, hidden]; null before the first block.</param>
    public Tensor Forward(Step step, Tensor residual, Tensor? delta)
    {
        Tensor output = step.Buffer("normed", weight.Columns);
        if (delta is { } x)
            step.Ops.AddRmsNorm(residual, x, weight, epsilon, offset, output);
        else
            step.Ops.RmsNorm(residual, weight, epsilon, offset, output);
        return output;
    }

    /// <param name="x">[T, k * weight's length].</param>
    public void InPlace(Step step, Tensor x) => step.Ops.RmsNorm(x, weight, epsilon, offset, x);
}
