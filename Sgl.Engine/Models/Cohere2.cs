using Sgl.Engine.Execution;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>Command-R7B and Command A: Command-R with windows, and no rotation in the layers without one.</summary>
[Architecture("Cohere2ForCausalLM")]
public sealed class Cohere2(ModelConfig config, IWeightSource weights, IOps ops)
    : Cohere(config, weights, ops, rotates: layer => layer.Window > 0);
