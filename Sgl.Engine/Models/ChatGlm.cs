using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>ChatGLM 2 and 3, and GLM-4 as first published: GLM under other names.</summary>
[Architecture("ChatGLMModel")]
[Architecture("ChatGLMForConditionalGeneration")]
public sealed class ChatGlm(ModelConfig config, IWeightSource weights, IOps ops) : DecoderModel(
    config,
    weights,
    ops,
    (layer, i) => new PreNormLayer(
        new RmsNorm(layer, "input_layernorm", config),
        new Attention(layer.Under("self_attention"), config, i, new()
        {
            Qkv = ["query_key_value"],
            QkvBias = config.AttentionBias || config.Fields.Flag("add_qkv_bias"),
            RopeStyle = RopeStyle.Interleaved,
            Output = "dense",
            OutputBias = config.AttentionBias,
        }),
        new RmsNorm(layer, "post_attention_layernorm", config),
        new GatedMlp(layer.Under("mlp"), config, ["dense_h_to_4h"], "dense_4h_to_h")),
    new()
    {
        Embedding = "transformer.embedding.word_embeddings",
        Layers = "transformer.encoder.layers",
        LastNorm = root => new RmsNorm(root, "transformer.encoder.final_layernorm", config),
        Head = "transformer.output_layer",
    }), ICausalModel;
