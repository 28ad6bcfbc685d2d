using Sgl.Engine.Execution;

namespace Sgl.Engine.Layers;

/// <summary>x += norm(attention(norm(x))), then x += norm(mlp(norm(x))).</summary>
public sealed class SandwichLayer(
    Norm inputNorm, Attention attention, Norm postAttentionNorm, Norm preMlpNorm, GatedMlp mlp, Norm postMlpNorm)
    : IDecoderLayer
{
    public Attention Attention => attention;

    public Tensor Forward(Workspace work, Tensor residual, Tensor? delta, KvLayer cache)
    {
        Tensor x = inputNorm.Forward(work, residual, delta);
        x = attention.Forward(work, x, cache);
        postAttentionNorm.InPlace(work, x);
        x = preMlpNorm.Forward(work, residual, x);
        x = mlp.Forward(work, x);
        postMlpNorm.InPlace(work, x);
        return x;
    }
}
