using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>
/// Gemma 2: Gemma with a norm before and after each block, soft caps on attention scores and logits, and a window on
/// every other layer.
/// </summary>
[Architecture("Gemma2ForCausalLM")]
public class Gemma2 : DecoderModel, ICausalModel
{
    public Gemma2(ModelConfig config, IWeightSource weights, IOps ops)
        : this(config, weights, ops, qkNorm: null)
    {
    }

    protected Gemma2(
        ModelConfig config, IWeightSource weights, IOps ops, Func<Parameters, string, int, Norm>? qkNorm)
        : base(config, weights, ops, (layer, i) => MakeLayer(layer, config, i, qkNorm), new()
        {
            EmbeddingScale = MathF.Sqrt(config.HiddenSize),
            LastNorm = root => new RmsNorm(root, "model.norm", config, offset: 1),
            SoftCap = (float)(config.Fields.OptionalPositive("final_logit_softcapping") ?? 0),
        })
    {
    }

    private static SandwichLayer MakeLayer(
        Parameters layer, ModelConfig config, int i, Func<Parameters, string, int, Norm>? qkNorm) => new(
        new RmsNorm(layer, "input_layernorm", config, offset: 1),
        new Attention(layer.Under("self_attn"), config, i, new()
        {
            QkvBias = config.AttentionBias,
            OutputBias = config.AttentionBias,
            QkNorm = qkNorm,
            Scale = (float)(1 / Math.Sqrt(config.Fields.Positive("query_pre_attn_scalar"))),
            SoftCap = (float)(config.Fields.OptionalPositive("attn_logit_softcapping") ?? 0),
        }),
        new RmsNorm(layer, "post_attention_layernorm", config, offset: 1),
        new RmsNorm(layer, "pre_feedforward_layernorm", config, offset: 1),
        new GatedMlp(layer.Under("mlp"), config),
        new RmsNorm(layer, "post_feedforward_layernorm", config, offset: 1));
}
