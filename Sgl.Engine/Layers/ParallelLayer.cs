using Sgl.Engine.Execution;

namespace Sgl.Engine.Layers;

/// <summary>x += attention(norm(x)) + mlp(norm(x)), with one norm for both.</summary>
public sealed class ParallelLayer(Norm inputNorm, Attention attention, GatedMlp mlp) : IDecoderLayer
{
    public Attention Attention => attention;

    public Tensor Forward(Workspace work, Tensor residual, Tensor? delta, KvLayer cache)
    {
        Tensor x = inputNorm.Forward(work, residual, delta);
        Tensor sum = attention.Forward(work, x, cache);
        work.Ops.Add(sum, mlp.Forward(work, x));
        return sum;
    }
}
