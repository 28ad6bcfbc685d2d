using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>InternLM 2 and 2.5: Llama under other names, queries, keys and values in one grouped tensor.</summary>
[Architecture("InternLM2ForCausalLM")]
public sealed class InternLm2(ModelConfig config, IWeightSource weights, IOps ops) : DecoderModel(
    config,
    weights,
    ops,
    (layer, i) => new PreNormLayer(
        new RmsNorm(layer, "attention_norm", config),
        new Attention(layer.Under("attention"), config, i, new()
        {
            Qkv = ["wqkv"],
            IsQkvGrouped = true,
            QkvBias = config.Fields.Flag("bias", absent: true),
            Output = "wo",
            OutputBias = config.Fields.Flag("bias", absent: true),
        }),
        new RmsNorm(layer, "ffn_norm", config),
        new GatedMlp(layer.Under("feed_forward"), config, ["w1", "w3"], "w2")),
    new() { Embedding = "model.tok_embeddings", Head = "output" }), ICausalModel;
