using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>
/// Granite: Llama with four multipliers. What blocks add is to be multiplied by m: here the residual stream is the
/// original's divided by m, so that nothing is; a norm sees no difference, given its epsilon divided by m².
/// </summary>
[Architecture("GraniteForCausalLM")]
public sealed class Granite : Llama
{
    public Granite(ModelConfig config, IWeightSource weights, IOps ops)
        : this(config, weights, ops, config.Fields.Positive("residual_multiplier"))
    {
    }

    private Granite(ModelConfig config, IWeightSource weights, IOps ops, double multiplier)
        : this(config with { NormEpsilon = (float)(config.NormEpsilon / (multiplier * multiplier)) },
            weights,
            ops,
            (float)(config.Fields.Positive("embedding_multiplier") / multiplier),
            (float)(1 / config.Fields.Positive("logits_scaling")))
    {
    }

    private Granite(ModelConfig config, IWeightSource weights, IOps ops, float embeddingScale, float logitScale)
        : base(
            config,
            weights,
            ops,
            new()
            {
                QkvBias = config.AttentionBias,
                OutputBias = config.AttentionBias,
                Scale = (float)config.Fields.Positive("attention_multiplier"),
            },
            new()
            {
                EmbeddingScale = embeddingScale,
                LastNorm = root => new RmsNorm(
                    root.Vector("model.norm", config.HiddenSize, logitScale), config.NormEpsilon),
            })
    {
    }
}
