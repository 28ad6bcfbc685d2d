using Sgl.Engine.Execution;
using Sgl.Engine.Requests;

namespace Sgl.Engine.Models;

/// <summary>Makes a <see cref="ModelConfig"/> of a model folder's JSON files.</summary>
internal static class ModelConfigReader
{
    private const string Full = "full_attention";
    public const string Sliding = "sliding_attention";

    public static ModelConfig Load(string folder)
    {
        if (!Directory.Exists(folder))
            throw new UserErrorException($"model folder {folder} does not exist");
        string config = Path.Combine(folder, "config.json");
        if (!File.Exists(config))
            throw new UserErrorException($"{config} does not exist; a model folder has config.json beside its weights");
        string generation = Path.Combine(folder, "generation_config.json");
        return Read(ConfigFields.Load(config), File.Exists(generation) ? ConfigFields.Load(generation) : null);
    }

    public static ModelConfig Read(ConfigFields fields, ConfigFields? generation = null)
    {
        string architecture = fields.OptionalTexts("architectures")?.FirstOrDefault()
            ?? throw fields.Invalid("architectures", "a list with the name of one");
        ModelCatalog.EnsureKnown(architecture);
        if (fields.Section("quantization_config") is { } quantization)
            throw quantization.Invalid("quant_method", "no quantization_config: only plain checkpoints can be loaded");

        string modelType = fields.Text("model_type");
        ModelDefaults defaults = ModelDefaults.For(modelType);
        fields = fields.WithDefaults(defaults.Fields, defaults.Names);
        int heads = fields.Int("num_attention_heads");
        return new ModelConfig
        {
            Architecture = architecture,
            ModelType = modelType,
            VocabularySize = fields.Int("vocab_size"),
            ContextLength = ContextLength(fields),
            EndTokens = [.. fields.Tokens("eos_token_id").Union(generation?.Tokens("eos_token_id") ?? [])],
            HiddenSize = fields.Int("hidden_size"),
            IntermediateSize = fields.Int("intermediate_size"),
            Heads = heads,
            KvHeads = KvHeads(fields, heads),
            HeadDim = HeadDim(fields, heads),
            Layers = Layers(fields, defaults),
            NormEpsilon = (float)(fields.OptionalPositive("rms_norm_eps") ?? 1e-6),
            Activation = ReadActivation(fields, modelType),
            AttentionBias = fields.Flag("attention_bias"),
            MlpBias = fields.Flag("mlp_bias"),
            TieWordEmbeddings = fields.Flag("tie_word_embeddings"),
            WeightType = WeightType(fields),
            InitializerRange = fields.OptionalPositive("initializer_range") ?? 0.02,
            Fields = fields,
        };
    }

    private static int ContextLength(ConfigFields fields)
    {
        double length = fields.Int("max_position_embeddings") * RopeConfigReader.ContextFactor(fields);
        return length is >= 1 and <= int.MaxValue
            ? (int)length
            : throw fields.Invalid("max_position_embeddings", $"a length that can be scaled, not to {length}");
    }

    private static int KvHeads(ConfigFields fields, int heads)
    {
        int kvHeads = fields.OptionalInt("num_key_value_heads") ?? heads;
        return heads % kvHeads == 0
            ? kvHeads
            : throw fields.Invalid("num_key_value_heads", $"a divisor of num_attention_heads, which is {heads}");
    }

    private static int HeadDim(ConfigFields fields, int heads)
    {
        int hidden = fields.Int("hidden_size");
        if (fields.OptionalInt("head_dim") is not { } headDim)
        {
            return hidden % heads == 0 && hidden / heads % 2 == 0
                ? hidden / heads
                : throw fields.Invalid("hidden_size", $"an even multiple of num_attention_heads, which is {heads}");
        }
        return headDim % 2 == 0 ? headDim : throw fields.Invalid("head_dim", "an even number");
    }

    private static LayerConfig[] Layers(ConfigFields fields, ModelDefaults defaults)
    {
        IReadOnlyList<string> types = LayerTypes(fields, defaults);
        bool slides = fields.Flag("use_sliding_window", absent: true);
        int window = slides ? fields.OptionalInt("sliding_window", min: 0) ?? 0 : 0;
        var ropes = types.Distinct().ToDictionary(type => type, type => RopeConfigReader.Read(fields, type));
        return [.. types.Select(type => new LayerConfig(type == Sliding ? window : 0, ropes[type]))];
    }

    private static IReadOnlyList<string> LayerTypes(ConfigFields fields, ModelDefaults defaults)
    {
        int layers = fields.Int("num_hidden_layers");
        if (defaults.Slides is not { } slides)
            return [.. Enumerable.Repeat(Full, layers)];
        if (fields.OptionalTexts("layer_types") is not { } types)
            return [.. Enumerable.Range(0, layers).Select(i => slides(fields, i) ? Sliding : Full)];
        if (types.Count != layers)
            throw fields.Invalid("layer_types", $"one entry for each of the {layers} layers");
        return types.All(type => type is Full or Sliding)
            ? types
            : throw fields.Invalid("layer_types", $"entries {Full} or {Sliding}");
    }

    /// <summary>
    /// Gemma's first configs name the exact gelu as hidden_act although the model was trained with the tanh form: for
    /// it only hidden_activation counts.
    /// </summary>
    private static Activation ReadActivation(ConfigFields fields, string modelType)
    {
        string name = fields.Has("hidden_activation") || modelType == "gemma" ? "hidden_activation" : "hidden_act";
        return (fields.OptionalText(name), modelType) switch
        {
            (null, "gemma") => Activation.GeluTanh,
            (null or "silu" or "swish", _) => Activation.Silu,
            ("gelu", _) => Activation.Gelu,
            ("gelu_pytorch_tanh" or "gelu_new" or "gelu_fast", _) => Activation.GeluTanh,
            _ => throw fields.Invalid(name, "silu, gelu or gelu_pytorch_tanh"),
        };
    }

    private static DataType WeightType(ConfigFields fields)
    {
        string name = fields.Has("dtype") ? "dtype" : "torch_dtype";
        return fields.OptionalText(name) switch
        {
            "float32" or null => DataType.Float32,
            "bfloat16" => DataType.BFloat16,
            "float16" => DataType.Float16,
            _ => throw fields.Invalid(name, "bfloat16, float16 or float32"),
        };
    }
}
