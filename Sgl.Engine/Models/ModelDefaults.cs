using System.Text.Json;

namespace Sgl.Engine.Models;

/// <summary>What transformers takes for fields that a config.json leaves out, per model type.</summary>
/// <param name="Fields">The defaults, as they would stand in config.json.</param>
/// <param name="Slides">
/// Which layers have a sliding window where layer_types is absent; null for types that know no windows.
/// </param>
internal sealed record ModelDefaults(JsonElement Fields, Func<ConfigFields, int, bool>? Slides)
{
    private static readonly Dictionary<string, ModelDefaults> _types = new()
    {
        ["llama"] = Of("""{ "max_position_embeddings": 2048, "eos_token_id": 2 }"""),
        ["mistral"] = Of(
            """
            { "num_key_value_heads": 8, "max_position_embeddings": 131072, "eos_token_id": 2, "sliding_window": 4096 }
            """,
            (_, _) => true),
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
    };

    private static readonly ModelDefaults _none = Of("{}");

    public static ModelDefaults For(string modelType) => _types.GetValueOrDefault(modelType, _none);

    private static ModelDefaults Of(string fields, Func<ConfigFields, int, bool>? slides = null) =>
        new(JsonSerializer.Deserialize<JsonElement>(fields), slides);

    private static bool AboveMaxWindowLayers(ConfigFields config, int layer) =>
        layer >= config.Int("max_window_layers", min: 0);
}
