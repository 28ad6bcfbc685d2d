using Sgl.Engine.Execution;

namespace Sgl.Engine.Layers;

/// <summary>Llama's layer: x += attention(norm(x)), then x += mlp(norm(x)).</summary>
public sealed class PreNormLayer(Norm inputNorm, Attention attention, Norm postAttentionNorm, GatedMlp mlp)
    : IDecoderLayer
{
    public Attention Attention => attention;

    public Tensor Forward(Workspace work, Tensor residual, Tensor? delta, KvLayer cache)
    {
        Tensor x = inputNorm.Forward(work, residual, delta);
        x = attention.Forward(work, x, cache);
        x = postAttentionNorm.Forward(work, residual, x);
        return mlp.Forward(work, x);
    }
}
