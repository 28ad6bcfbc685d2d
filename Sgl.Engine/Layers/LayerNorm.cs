using Sgl.Engine.Execution;

namespace Sgl.Engine.Layers;

/// <summary>(x - mean(x)) / deviation(x) * weight + bias, for each run of weight's length.</summary>
/// <param name="weight">[1, n], or [heads, n]: a row for each run.</param>
/// <param name="bias">Of weight's shape; may be null.</param>
public sealed class LayerNorm(Weight weight, Weight? bias, float epsilon) : Norm
{
    public override Tensor Forward(Workspace work, Tensor residual, Tensor? delta)
    {
        Tensor output = work.Buffer("normed", weight.Columns);
        if (delta is { } x)
            work.Ops.Add(residual, x);
        work.Ops.LayerNorm(residual, weight, bias, epsilon, output);
        return output;
    }

    public override void InPlace(Workspace work, Tensor x) => work.Ops.LayerNorm(x, weight, bias, epsilon, x);
}
