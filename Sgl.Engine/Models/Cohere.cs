using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>
/// Command-R: attention and MLP side by side behind one layer norm, and logits scaled (by the last norm).
/// </summary>
[Architecture("CohereForCausalLM")]
public class Cohere : DecoderModel, ICausalModel
{
    public Cohere(ModelConfig config, IWeightSource weights, IOps ops)
        : this(config, weights, ops, _ => true)
    {
    }

    /// <param name="rotates">Which layers rotate queries and keys.</param>
    protected Cohere(ModelConfig config, IWeightSource weights, IOps ops, Func<LayerConfig, bool> rotates)
        : base(
            config,
            weights,
            ops,
            (layer, i) => new ParallelLayer(
                new LayerNorm(layer.Vector("input_layernorm", config.HiddenSize), bias: null, config.NormEpsilon),
                new Attention(layer.Under("self_attn"), config, i, new()
                {
                    QkvBias = config.AttentionBias,
                    OutputBias = config.AttentionBias,
                    QkNorm = config.Fields.Flag("use_qk_norm") ? (attention, x, heads) => new LayerNorm(
                        attention.Matrix($"{x}_norm", heads, config.HeadDim), bias: null, config.NormEpsilon) : null,
                    Rotates = rotates(config.Layers[i]),
                    RopeStyle = RopeStyle.Interleaved,
                }),
                new GatedMlp(layer.Under("mlp"), config)),
            new()
            {
                LastNorm = root => new LayerNorm(
                    root.Vector("model.norm", config.HiddenSize, (float)config.Fields.Positive("logit_scale")),
                    bias: null,
                    config.NormEpsilon),
            })
    {
    }
}
