using Sgl.Engine.Execution;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>Qwen 1.5, 2 and 2.5: Llama with biases on queries, keys and values.</summary>
[Architecture("Qwen2ForCausalLM")]
public sealed class Qwen2(ModelConfig config, IWeightSource weights, IOps ops)
    : Llama(config, weights, ops, new() { QkvBias = true });
