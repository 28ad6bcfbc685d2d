using System.Text.Json;

namespace Sgl.Gateway.Requests;

/// <summary>Fields that SGLang or OpenAI know and this server does not yet: refused by name, never ignored.</summary>
internal static class UnsupportedFields
{
    public static readonly string[] Native =
    [
        "image_data", "video_data", "audio_data", "modalities", "input_embeds", "lora_path", "lora_id",
        "session_params", "token_ids_logprob", "custom_logit_processor", "return_hidden_states",
        "return_routed_experts",
        "return_sampling_mask", "return_entropy", "return_prompt_token_ids", "return_bytes", "priority", "extra_key",
        "bootstrap_host", "bootstrap_port", "bootstrap_room", "data_parallel_rank", "routed_dp_rank",
        "require_reasoning",
    ];

    public static readonly string[] Sampling = ["structural_tag", "stop_regex", "custom_params"];

    public static readonly string[] OpenAI =
    [
        "stop_regex", "custom_params", "lora_path", "session_params",
        "extra_key",
        "cache_salt", "priority", "custom_logit_processor", "return_hidden_states", "return_cached_tokens_details",
        "return_routed_experts", "return_token_ids", "bootstrap_host", "bootstrap_port", "bootstrap_room",
        "routed_dp_rank",
        "data_parallel_rank",
    ];

    public static readonly string[] Completions = ["suffix", .. OpenAI];

    public static readonly string[] Chat =
    [
        "input_ids", "functions", "function_call", "audio", "prediction", "web_search_options",
        "return_prompt_token_ids",
        "return_meta_info", .. OpenAI,
    ];

    /// <summary>
    /// Refuses the first of the fields that is there and says something: null, false, 0 and empty say nothing.
    /// </summary>
    public static void Refuse(JsonFields fields, string[] names)
    {
        foreach (string name in names)
            if (fields.TryGet(name, out JsonElement value) && SaysSomething(value))
                throw fields.Fault(name, "this server does not support the field yet; leave it out.");
    }

    private static bool SaysSomething(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.False => false,
        JsonValueKind.String => value.GetRawText().Length > 2,
        JsonValueKind.Array => value.EnumerateArray().Any(SaysSomething),
        JsonValueKind.Object => value.EnumerateObject().Any(),
        JsonValueKind.Number => !value.TryGetDouble(out double number) || number != 0,
        JsonValueKind.Null => false,
        _ => true,
    };
}
