using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>
/// Qwen, first generation: Llama under other names, whose configs count gate and up together as intermediate_size. The
/// context ends at seq_length, where its NTK scaling and its longer attention scores would begin.
/// </summary>
[Architecture("QWenLMHeadModel")]
public sealed class Qwen(ModelConfig config, IWeightSource weights, IOps ops) : DecoderModel(
    config,
    weights,
    ops,
    (layer, i) => new PreNormLayer(
        new RmsNorm(layer, "ln_1", config),
        new Attention(layer.Under("attn"), config, i, new()
        {
            Qkv = ["c_attn"],
            QkvBias = true,
            Output = "c_proj",
            OutputBias = !config.Fields.Flag("no_bias", absent: true),
        }),
        new RmsNorm(layer, "ln_2", config),
        new GatedMlp(layer.Under("mlp"), Halved(config), ["w2", "w1"], "c_proj")),
    new()
    {
        Embedding = "transformer.wte",
        Layers = "transformer.h",
        LastNorm = root => new RmsNorm(root, "transformer.ln_f", config),
    }), ICausalModel
{
    private static ModelConfig Halved(ModelConfig config) => config with
    {
        IntermediateSize = config.IntermediateSize / 2,
        MlpBias = !config.Fields.Flag("no_bias", absent: true),
    };
}
