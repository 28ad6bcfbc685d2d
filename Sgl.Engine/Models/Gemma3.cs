using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>
/// Gemma 3's text model: Gemma 2 with a norm on every query and key head instead of caps, five windowed layers to each
/// global one, and a rotation of its own for either kind.
/// </summary>
[Architecture("Gemma3ForCausalLM")]
public sealed class Gemma3(ModelConfig config, IWeightSource weights, IOps ops)
    : Gemma2(config, weights, ops, (attention, x, _) => new RmsNorm(
        attention.Vector($"{x}_norm", config.HeadDim), config.NormEpsilon, offset: 1));
