using System.Text.Json;

namespace Sgl.Engine.Models;

/// <summary>What transformers takes for fields that a config.json leaves out, per model type.</summary>
/// <param name="Fields">The defaults, as they would stand in config.json.</param>
/// <param name="Slides">
/// Which layers have a sliding window where layer_types is absent; null for types that know no windows.
/// </param>
/// <param name="Names">What the type's config.json calls fields that most call otherwise.</param>
internal sealed record ModelDefaults(
    JsonElement Fields, Func<ConfigFields, int, bool>? Slides, IReadOnlyDictionary<string, string> Names)
{
    private static readonly Dictionary<string, ModelDefaults> _types = new()
    {
        ["llama"] = Of("""{ "max_position_embeddings": 2048, "eos_token_id": 2 }"""),
        ["mistral"] = Of(
            """
            { "num_key_value_heads": 8, "max_position_embeddings": 131072, "eos_token_id": 2, "sliding_window": 4096 }
            """,
            EveryLayer),
        ["qwen"] = Of(
            """{ "head_dim": 128, "max_position_embeddings": 2048 }""",
            names: new()
            {
                ["rms_norm_eps"] = "layer_norm_epsilon",
                ["head_dim"] = "kv_channels",
                ["max_position_embeddings"] = "seq_length",
                ["rope_theta"] = "rotary_emb_base",
                ["partial_rotary_factor"] = "rotary_pct",
            }),
        ["qwen2"] = Of(
            """
            { "num_key_value_heads": 32, "max_position_embeddings": 32768,
              "use_sliding_window": false, "sliding_window": 4096, "max_window_layers": 28 }
            """,
            AboveMaxWindowLayers),
        ["qwen3"] = Of(
            """
            { "num_key_value_heads": 32, "head_dim": 128, "max_position_embeddings": 32768,
              "use_sliding_window": false, "sliding_window": 4096, "max_window_layers": 28 }
            """,
            AboveMaxWindowLayers),
        ["gemma"] = Of(
            """
            { "num_key_value_heads": 16, "head_dim": 256, "max_position_embeddings": 8192, "eos_token_id": 1,
              "hidden_activation": "gelu_pytorch_tanh", "tie_word_embeddings": true }
            """),
        ["gemma2"] = Of(
            """
            { "num_key_value_heads": 4, "head_dim": 256, "max_position_embeddings": 8192, "eos_token_id": 1,
              "hidden_activation": "gelu_pytorch_tanh", "tie_word_embeddings": true, "sliding_window": 4096,
              "query_pre_attn_scalar": 256, "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0 }
            """,
            (_, layer) => layer % 2 == 0),
        ["gemma3_text"] = Of(
            """
            { "vocab_size": 262208, "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256,
              "max_position_embeddings": 131072, "eos_token_id": 1, "hidden_activation": "gelu_pytorch_tanh",
              "tie_word_embeddings": true, "sliding_window": 4096, "sliding_window_pattern": 6,
              "query_pre_attn_scalar": 256, "rope_theta": 1000000.0, "rope_local_base_freq": 10000.0 }
            """,
            AllButEveryNth),
        ["phi3"] = Of(
            """
            { "max_position_embeddings": 4096, "original_max_position_embeddings": 4096, "rms_norm_eps": 1e-5,
              "eos_token_id": 32000 }
            """,
            EveryLayer),
        ["olmo2"] = Of("""{ "max_position_embeddings": 2048, "rms_norm_eps": 1e-5, "eos_token_id": 50279 }"""),
        ["granite"] = Of(
            """
            { "max_position_embeddings": 2048, "eos_token_id": 2, "embedding_multiplier": 1, "attention_multiplier": 1,
              "residual_multiplier": 1, "logits_scaling": 1 }
            """),
        ["stablelm"] = Of(
            """
            { "num_key_value_heads": 32, "max_position_embeddings": 4096, "rms_norm_eps": 1e-5, "eos_token_id": 0,
              "partial_rotary_factor": 0.25 }
            """,
            names: new() { ["rms_norm_eps"] = "layer_norm_eps" }),
        ["stablelm_epoch"] = Of(
            """
            { "max_position_embeddings": 4096, "rms_norm_eps": 1e-5, "eos_token_id": 0, "partial_rotary_factor": 0.25 }
            """,
            names: new() { ["rms_norm_eps"] = "norm_eps", ["partial_rotary_factor"] = "rope_pct" }),
        ["cohere"] = Of(
            """
            { "max_position_embeddings": 8192, "rms_norm_eps": 1e-5, "eos_token_id": 255001, "logit_scale": 0.0625,
              "tie_word_embeddings": true }
            """,
            names: new() { ["rms_norm_eps"] = "layer_norm_eps", ["max_position_embeddings"] = "model_max_length" }),
        ["cohere2"] = Of(
            """
            { "max_position_embeddings": 8192, "rms_norm_eps": 1e-5, "eos_token_id": 255001, "logit_scale": 0.0625,
              "tie_word_embeddings": true, "sliding_window": 4096, "sliding_window_pattern": 4 }
            """,
            AllButEveryNth,
            new() { ["rms_norm_eps"] = "layer_norm_eps" }),
        ["chatglm"] = Of(
            """
            { "head_dim": 128, "num_key_value_heads": 1, "max_position_embeddings": 2048, "rms_norm_eps": 1e-5,
              "partial_rotary_factor": 0.5 }
            """,
            names: new()
            {
                ["vocab_size"] = "padded_vocab_size",
                ["num_hidden_layers"] = "num_layers",
                ["intermediate_size"] = "ffn_hidden_size",
                ["head_dim"] = "kv_channels",
                ["num_key_value_heads"] = "multi_query_group_num",
                ["max_position_embeddings"] = "seq_length",
                ["rms_norm_eps"] = "layernorm_epsilon",
                ["attention_bias"] = "add_bias_linear",
                ["mlp_bias"] = "add_bias_linear",
            }),
        ["glm"] = Glm(),
        ["glm4"] = Glm(),
        ["internlm2"] = Of("""{ "max_position_embeddings": 2048, "eos_token_id": 2 }"""),
        ["exaone"] = Of(
            """
            { "max_position_embeddings": 2048, "rms_norm_eps": 1e-5, "eos_token_id": 2, "tie_word_embeddings": true }
            """,
            names: new()
            {
                ["num_hidden_layers"] = "num_layers",
                ["rms_norm_eps"] = "layer_norm_epsilon",
                ["hidden_act"] = "activation_function",
            }),
        ["exaone4"] = Of(
            """
            { "num_key_value_heads": 32, "max_position_embeddings": 2048, "rms_norm_eps": 1e-5, "eos_token_id": 2,
              "sliding_window": 4096, "sliding_window_pattern": 4 }
            """,
            AllButEveryNth),
    };

    private static readonly ModelDefaults _none = Of("{}");

    public static ModelDefaults For(string modelType) => _types.GetValueOrDefault(modelType, _none);

    private static ModelDefaults Of(
        string fields, Func<ConfigFields, int, bool>? slides = null, Dictionary<string, string>? names = null) =>
        new(JsonSerializer.Deserialize<JsonElement>(fields), slides, names ?? []);

    private static ModelDefaults Glm() => Of(
        """
        { "num_key_value_heads": 2, "head_dim": 128, "max_position_embeddings": 131072, "rms_norm_eps": 1.5625e-7,
          "partial_rotary_factor": 0.5, "attention_bias": true, "eos_token_id": [151329, 151336, 151338] }
        """);

    private static bool EveryLayer(ConfigFields config, int layer) => true;

    private static bool AboveMaxWindowLayers(ConfigFields config, int layer) =>
        layer >= config.Int("max_window_layers", min: 0);

    private static bool AllButEveryNth(ConfigFields config, int layer) =>
        (layer + 1) % config.Int("sliding_window_pattern") != 0;
}
