using Sgl.Engine.Execution;

namespace Sgl.Engine.Layers;

/// <summary>Llama's layer: x += attention(norm(x)), then x += mlp(norm(x)).</summary>
public sealed class PreNormLayer(RmsNorm inputNorm, Attention attention, RmsNorm postAttentionNorm, GatedMlp mlp)
    : IDecoderLayer
{
    public Attention Attention => attention;

    public Tensor Forward(Step step, Tensor residual, Tensor? delta, KvLayer cache)
    {
        Tensor x = inputNorm.Forward(step, residual, delta);
        x = attention.Forward(step, x, cache);
        x = postAttentionNorm.Forward(step, residual, x);
        return mlp.Forward(step, x);
    }
}
