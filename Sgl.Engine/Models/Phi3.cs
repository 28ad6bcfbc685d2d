using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>Phi 3, 3.5 and 4: Llama with joined projections; long contexts have frequencies of their own.</summary>
[Architecture("Phi3ForCausalLM")]
public sealed class Phi3(ModelConfig config, IWeightSource weights, IOps ops) : DecoderModel(
    config,
    weights,
    ops,
    (layer, i) => new PreNormLayer(
        new RmsNorm(layer, "input_layernorm", config),
        new Attention(layer.Under("self_attn"), config, i, new() { Qkv = ["qkv_proj"] }),
        new RmsNorm(layer, "post_attention_layernorm", config),
        new GatedMlp(layer.Under("mlp"), config, ["gate_up_proj"]))), ICausalModel;
