using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>Qwen 3: Llama with a norm on every query and key head.</summary>
[Architecture("Qwen3ForCausalLM")]
public sealed class Qwen3(ModelConfig config, IWeightSource weights, IOps ops)
    : Llama(config, weights, ops, new()
    {
        QkvBias = config.AttentionBias,
        OutputBias = config.AttentionBias,
        QkNorm = (attention, x, _) => new RmsNorm(attention.Vector($"{x}_norm", config.HeadDim), config.NormEpsilon),
    });
