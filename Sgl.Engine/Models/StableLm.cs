using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>
/// StableLM: Llama with layer norms and a part of each head rotated; some have attention and MLP side by side, and
/// layer norms of queries and keys, one for each head.
/// </summary>
[Architecture("StableLmForCausalLM")]
[Architecture("StableLMEpochForCausalLM")]
public sealed class StableLm(ModelConfig config, IWeightSource weights, IOps ops) : DecoderModel(
    config,
    weights,
    ops,
    (layer, i) => MakeLayer(layer, config, i),
    new() { LastNorm = root => MakeNorm(root, "model.norm", config) }), ICausalModel
{
    private static IDecoderLayer MakeLayer(Parameters layer, ModelConfig config, int i)
    {
        Norm inputNorm = MakeNorm(layer, "input_layernorm", config);
        var attention = new Attention(layer.Under("self_attn"), config, i, new()
        {
            QkvBias = config.Fields.Flag("use_qkv_bias"),
            QkNorm = config.Fields.Flag("qk_layernorm") ? (attention, x, heads) => new LayerNorm(
                attention.Vectors(
                    [.. Enumerable.Range(0, heads).Select(head => $"{x}_layernorm.norms.{head}")], config.HeadDim),
                bias: null,
                config.NormEpsilon) : null,
        });
        var mlp = new GatedMlp(layer.Under("mlp"), config);
        return config.Fields.Flag("use_parallel_residual")
            ? new ParallelLayer(inputNorm, attention, mlp)
            : new PreNormLayer(inputNorm, attention, MakeNorm(layer, "post_attention_layernorm", config), mlp);
    }

    private static LayerNorm MakeNorm(Parameters parameters, string name, ModelConfig config) => new(
        parameters.Vector(name, config.HiddenSize), parameters.Bias(name, config.HiddenSize), config.NormEpsilon);
}
