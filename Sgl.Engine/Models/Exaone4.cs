using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>
/// EXAONE 4: norms behind the blocks and on every query and key head. Where some layers have windows, the others do not
/// rotate.
/// </summary>
[Architecture("Exaone4ForCausalLM")]
public sealed class Exaone4(ModelConfig config, IWeightSource weights, IOps ops) : DecoderModel(
    config,
    weights,
    ops,
    (layer, i) => new PostNormLayer(
        new Attention(layer.Under("self_attn"), config, i, new()
        {
            QkNorm = (attention, x, _) => new RmsNorm(
                attention.Vector($"{x}_norm", config.HeadDim), config.NormEpsilon),
            Rotates = config.Layers[i].Window > 0 || config.Layers.All(other => other.Window == 0),
        }),
        new RmsNorm(layer, "post_attention_layernorm", config),
        new GatedMlp(layer.Under("mlp"), config),
        new RmsNorm(layer, "post_feedforward_layernorm", config))), ICausalModel;
