using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>GLM-4-0414: GLM with a norm before and after each block.</summary>
[Architecture("Glm4ForCausalLM")]
public sealed class Glm4(ModelConfig config, IWeightSource weights, IOps ops) : DecoderModel(
    config,
    weights,
    ops,
    (layer, i) => new SandwichLayer(
        new RmsNorm(layer, "input_layernorm", config),
        new Attention(layer.Under("self_attn"), config, i, new()
        {
            QkvBias = config.AttentionBias,
            RopeStyle = RopeStyle.Interleaved,
        }),
        new RmsNorm(layer, "post_self_attn_layernorm", config),
        new RmsNorm(layer, "post_attention_layernorm", config),
        new GatedMlp(layer.Under("mlp"), config, ["gate_up_proj"]),
        new RmsNorm(layer, "post_mlp_layernorm", config))), ICausalModel;
