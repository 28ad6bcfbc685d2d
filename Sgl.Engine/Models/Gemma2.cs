using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>
/// Gemma 2: Gemma with a norm before and after each block, soft caps on attention scores and logits, and a window on
/// every other layer.
/// </summary>
[Architecture("Gemma2ForCausalLM")]
public sealed class Gemma2(ModelConfig config, IWeightSource weights, IOps ops) : DecoderModel(
    config,
    weights,
    ops,
    (layer, i) => new SandwichLayer(layer, config, i),
    embeddingScale: MathF.Sqrt(config.HiddenSize),
    normOffset: 1,
    softCap: (float)(config.Fields.OptionalPositive("final_logit_softcapping") ?? 0)), ICausalModel
{
    /// <summary>x += norm(attention(norm(x))), then x += norm(mlp(norm(x))).</summary>
    private sealed class SandwichLayer(Parameters parameters, ModelConfig config, int layer) : IDecoderLayer
    {
        private readonly RmsNorm _inputNorm = Norm(parameters, config, "input_layernorm");
        private readonly RmsNorm _postAttentionNorm = Norm(parameters, config, "post_attention_layernorm");
        private readonly RmsNorm _preFeedforwardNorm = Norm(parameters, config, "pre_feedforward_layernorm");
        private readonly RmsNorm _postFeedforwardNorm = Norm(parameters, config, "post_feedforward_layernorm");
        private readonly GatedMlp _mlp = new(parameters.Under("mlp"), config);

        public Attention Attention { get; } = new(parameters.Under("self_attn"), config, layer, new()
        {
            QkvBias = config.AttentionBias,
            OutputBias = config.AttentionBias,
            Scale = (float)(1 / Math.Sqrt(config.Fields.Positive("query_pre_attn_scalar"))),
            SoftCap = (float)(config.Fields.OptionalPositive("attn_logit_softcapping") ?? 0),
        });

        public Tensor Forward(Workspace work, Tensor residual, Tensor? delta, KvLayer cache)
        {
            Tensor x = _inputNorm.Forward(work, residual, delta);
            x = Attention.Forward(work, x, cache);
            _postAttentionNorm.InPlace(work, x);
            x = _preFeedforwardNorm.Forward(work, residual, x);
            x = _mlp.Forward(work, x);
            _postFeedforwardNorm.InPlace(work, x);
            return x;
        }

        private static RmsNorm Norm(Parameters parameters, ModelConfig config, string name) =>
            new(parameters.Vector(name, config.HiddenSize), config.RmsNormEpsilon, offset: 1);
    }
}
