using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>
/// Gemma: Llama's layers with norms that multiply by 1 + weight, over embeddings scaled by sqrt(hidden).
/// </summary>
[Architecture("GemmaForCausalLM")]
public sealed class Gemma(ModelConfig config, IWeightSource weights, IOps ops) : DecoderModel(
    config,
    weights,
    ops,
    (layer, i) => new PreNormLayer(
        new RmsNorm(layer, "input_layernorm", config, offset: 1),
        new Attention(layer.Under("self_attn"), config, i, new()
        {
            QkvBias = config.AttentionBias,
            OutputBias = config.AttentionBias,
        }),
        new RmsNorm(layer, "post_attention_layernorm", config, offset: 1),
        new GatedMlp(layer.Under("mlp"), config)),
    new()
    {
        EmbeddingScale = MathF.Sqrt(config.HiddenSize),
        LastNorm = root => new RmsNorm(root, "model.norm", config, offset: 1),
    }), ICausalModel;
