using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>OLMo 2: norms behind the blocks, and over all queries and all keys of a token at once.</summary>
[Architecture("Olmo2ForCausalLM")]
public sealed class Olmo2(ModelConfig config, IWeightSource weights, IOps ops) : DecoderModel(
    config,
    weights,
    ops,
    (layer, i) => new PostNormLayer(
        new Attention(layer.Under("self_attn"), config, i, new()
        {
            QkvBias = config.AttentionBias,
            OutputBias = config.AttentionBias,
            QkNorm = (attention, x, heads) => new RmsNorm(
                attention.Vector($"{x}_norm", heads * config.HeadDim), config.NormEpsilon),
        }),
        new RmsNorm(layer, "post_attention_layernorm", config),
        new GatedMlp(layer.Under("mlp"), config),
        new RmsNorm(layer, "post_feedforward_layernorm", config))), ICausalModel;
