using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>
/// Llama 1 to 3.3, Mistral and Mistral NeMo: what most others vary; Mistral's layers may have a window.
/// </summary>
[Architecture("LlamaForCausalLM")]
[Architecture("MistralForCausalLM")]
public class Llama : DecoderModel, ICausalModel
{
    public Llama(ModelConfig config, IWeightSource weights, IOps ops)
        : this(config, weights, ops, new() { QkvBias = config.AttentionBias, OutputBias = config.AttentionBias })
    {
    }

    protected Llama(
        ModelConfig config,
        IWeightSource weights,
        IOps ops,
        AttentionOptions attention,
        DecoderOptions? options = null)
        : base(config, weights, ops, (layer, i) => new PreNormLayer(
            new RmsNorm(layer, "input_layernorm", config),
            new Attention(layer.Under("self_attn"), config, i, attention),
            new RmsNorm(layer, "post_attention_layernorm", config),
            new GatedMlp(layer.Under("mlp"), config)), options)
    {
    }
}
