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
    public Tensor Forward(Workspace work, Tensor residual, Tensor? delta)
    {
        Tensor output = work.Buffer("normed", weight.Columns);
        if (delta is { } x)
            work.Ops.AddRmsNorm(residual, x, weight, epsilon, offset, output);
        else
            work.Ops.RmsNorm(residual, weight, epsilon, offset, output);
        return output;
    }

    /// <param name="x">[T, k * weight's length].</param>
    public void InPlace(Workspace work, Tensor x) => work.Ops.RmsNorm(x, weight, epsilon, offset, x);
}
