namespace Sgl.Engine.Models;

/// <summary>
/// Reads rotary embeddings in both spellings: rope_theta beside rope_scaling, and rope_parameters, flat or per layer
/// type.
/// </summary>
internal static class RopeConfigReader
{
    private static readonly string[] _types = ["default", "linear", "dynamic", "yarn", "llama3", "longrope"];

    /// <param name="layerType">full_attention or sliding_attention.</param>
    public static RopeConfig Read(ConfigFields config, string layerType)
    {
        ConfigFields? section = Section(config, layerType);
        if (layerType == ModelConfigReader.Sliding && section?.Has("rope_theta") != true
            && config.OptionalPositive("rope_local_base_freq") is { } localTheta)
        {
            return new() { Theta = localTheta, OriginalContext = config.Int("max_position_embeddings") };
        }
        string type = section is null ? "default" : Type(section);
        var rope = new RopeConfig
        {
            Type = type,
            Theta = (section?.OptionalPositive("rope_theta") ?? config.OptionalPositive("rope_theta") ?? 10000)
                * (config.OptionalPositive("rope_ratio") ?? 1),
            PartialRotaryFactor = Part(section, "partial_rotary_factor") ?? Part(config, "partial_rotary_factor") ?? 1,
            OriginalContext = section?.OptionalInt("original_max_position_embeddings")
                ?? config.OptionalInt("original_max_position_embeddings") ?? config.Int("max_position_embeddings"),
        };
        return type switch
        {
            "linear" => rope with { Factor = section!.Positive("factor") },
            "dynamic" => rope with { Factor = section!.Positive("factor") },
            "llama3" => Llama3(rope, section!),
            "yarn" => Yarn(rope, section!, config.Int("max_position_embeddings")),
            "longrope" => LongRope(rope, section!, config),
            _ => rope,
        };
    }

    /// <summary>
    /// max_position_embeddings counts the scaled context where the original one is told beside it, and for llama3,
    /// longrope and Gemma 3; else it is the context in training, to be multiplied by this.
    /// </summary>
    public static double ContextFactor(ConfigFields config)
    {
        ConfigFields? section = Section(config, "full_attention");
        bool counted = section is null || section.Has("original_max_position_embeddings")
            || Type(section) is "llama3" or "longrope" || config.Has("rope_local_base_freq");
        return counted ? 1 : section!.OptionalPositive("factor") ?? 1;
    }

    private static double? Part(ConfigFields? fields, string name) => fields?.OptionalPositive(name) switch
    {
        > 1 => throw fields.Invalid(name, "a number from 0 to 1"),
        var part => part,
    };

    private static ConfigFields? Section(ConfigFields config, string layerType)
    {
        ConfigFields? section = config.Section("rope_parameters") ?? config.Section("rope_scaling");
        bool isPerLayerType = section is not null && section.Names.Any(name => name.EndsWith("_attention"));
        return isPerLayerType ? section!.Section(layerType) : section;
    }

    private static string Type(ConfigFields section)
    {
        string name = section.Has("rope_type") ? "rope_type" : "type";
        string type = section.OptionalText(name) ?? "default";
        type = type == "su" ? "longrope" : type;
        return _types.Contains(type) ? type : throw section.Invalid(name, $"one of {string.Join(", ", _types)}");
    }

    private static RopeConfig Llama3(RopeConfig rope, ConfigFields section)
    {
        var (low, high) = (section.Positive("low_freq_factor"), section.Positive("high_freq_factor"));
        if (high <= low)
            throw section.Invalid("high_freq_factor", $"more than low_freq_factor, which is {low}");
        return rope with { Factor = section.Positive("factor"), LowFrequencyFactor = low, HighFrequencyFactor = high };
    }

    private static RopeConfig Yarn(RopeConfig rope, ConfigFields section, int context)
    {
        double factor = section.OptionalPositive("factor") ?? (double)context / rope.OriginalContext;
        double mscale = section.OptionalNumber("mscale") ?? 0;
        double mscaleAll = section.OptionalNumber("mscale_all_dim") ?? 0;
        bool isRatio = mscale != 0 && mscaleAll != 0;
        return rope with
        {
            Factor = factor,
            BetaFast = section.OptionalPositive("beta_fast") ?? rope.BetaFast,
            BetaSlow = section.OptionalPositive("beta_slow") ?? rope.BetaSlow,
            Truncate = section.Flag("truncate", absent: true),
            AttentionFactor = section.OptionalPositive("attention_factor")
                ?? (isRatio ? YarnScale(factor, mscale) / YarnScale(factor, mscaleAll) : YarnScale(factor, 1)),
        };
    }

    private static RopeConfig LongRope(RopeConfig rope, ConfigFields section, ConfigFields config)
    {
        double factor = (double)config.Int("max_position_embeddings") / rope.OriginalContext;
        return rope with
        {
            Factor = factor,
            ShortFactors = section.Positives("short_factor"),
            LongFactors = section.Positives("long_factor"),
            AttentionFactor = section.OptionalPositive("attention_factor")
                ?? (factor <= 1 ? 1 : Math.Sqrt(1 + Math.Log(factor) / Math.Log(rope.OriginalContext))),
        };
    }

    private static double YarnScale(double factor, double mscale) =>
        factor <= 1 ? 1 : 0.1 * mscale * Math.Log(factor) + 1;
}
