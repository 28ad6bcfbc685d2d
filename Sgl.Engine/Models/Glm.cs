using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>GLM-4 of 2024: Llama with a joined gate and up, and pairs of neighbours that rotate.</summary>
[Architecture("GlmForCausalLM")]
public sealed class Glm(ModelConfig config, IWeightSource weights, IOps ops) : DecoderModel(
    config,
    weights,
    ops,
    (layer, i) => new PreNormLayer(
        new RmsNorm(layer, "input_layernorm", config),
        new Attention(layer.Under("self_attn"), config, i, new()
        {
            QkvBias = config.AttentionBias,
            RopeStyle = RopeStyle.Interleaved,
        }),
        new RmsNorm(layer, "post_attention_layernorm", config),
        new GatedMlp(layer.Under("mlp"), config, ["gate_up_proj"]))), ICausalModel;
