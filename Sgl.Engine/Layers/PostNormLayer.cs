using Sgl.Engine.Execution;

namespace Sgl.Engine.Layers;

/// <summary>x += norm(attention(x)), then x += norm(mlp(x)).</summary>
public sealed class PostNormLayer(Attention attention, Norm postAttentionNorm, GatedMlp mlp, Norm postMlpNorm)
    : IDecoderLayer
{
    public Attention Attention => attention;

    public Tensor Forward(Workspace work, Tensor residual, Tensor? delta, KvLayer cache)
    {
        if (delta is { } last)
            work.Ops.Add(residual, last);
        Tensor x = attention.Forward(work, residual, cache);
        postAttentionNorm.InPlace(work, x);
        work.Ops.Add(residual, x);
        x = mlp.Forward(work, residual);
        postMlpNorm.InPlace(work, x);
        return x;
    }
}
