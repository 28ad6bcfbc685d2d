using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>EXAONE 3 and 3.5: Llama under other names.</summary>
[Architecture("ExaoneForCausalLM")]
public sealed class Exaone(ModelConfig config, IWeightSource weights, IOps ops) : DecoderModel(
    config,
    weights,
    ops,
    (layer, i) => new PreNormLayer(
        new RmsNorm(layer, "ln_1", config),
        new Attention(layer.Under("attn.attention"), config, i, new() { Output = "out_proj" }),
        new RmsNorm(layer, "ln_2", config),
        new GatedMlp(layer.Under("mlp"), config, ["c_fc_0", "c_fc_1"], "c_proj")),
    new()
    {
        Embedding = "transformer.wte",
        Layers = "transformer.h",
        LastNorm = root => new RmsNorm(root, "transformer.ln_f", config),
    }), ICausalModel;
