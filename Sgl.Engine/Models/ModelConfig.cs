using System.Text.Json;
using Sgl.Engine.Execution;

namespace Sgl.Engine.Models;

/// <summary>config.json (and generation_config.json), read once into the field's own words.</summary>
public sealed record ModelConfig
{
    /// <summary>architectures[0], for example LlamaForCausalLM.</summary>
    public required string Architecture { get; init; }

    public required string ModelType { get; init; }

    public required int VocabularySize { get; init; }

    /// <summary>
    /// max_position_embeddings, times the factor of a rope scaling that has not been counted into it.
    /// </summary>
    public required int ContextLength { get; init; }

    /// <summary>eos_token_id of both files.</summary>
    public required IReadOnlyList<int> EndTokens { get; init; }

    public int HiddenSize { get; init; }

    /// <summary>Inner width of the MLP.</summary>
    public int IntermediateSize { get; init; }

    /// <summary>Query heads.</summary>
    public int Heads { get; init; }

    /// <summary>Key and value heads; Heads is a multiple of it.</summary>
    public int KvHeads { get; init; }

    public int HeadDim { get; init; }

    /// <summary>One entry per layer.</summary>
    public IReadOnlyList<LayerConfig> Layers { get; init; } = [];

    public float NormEpsilon { get; init; }

    public Activation Activation { get; init; }

    public bool AttentionBias { get; init; }

    public bool MlpBias { get; init; }

    /// <summary>The embedding table is the output projection too.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>torch_dtype: what dummy weights are made in.</summary>
    public DataType WeightType { get; init; }

    /// <summary>Standard deviation of weights before training.</summary>
    public double InitializerRange { get; init; }

    /// <summary>For what one family alone knows.</summary>
    public ConfigFields Fields { get; init; } = ConfigFields.Of("config.json", JsonElement.Parse("{}"));

    /// <summary>Reads a model folder's config.json, and generation_config.json where there is one.</summary>
    /// <exception cref="Requests.UserErrorException">
    /// A file is missing or broken, a field missing or of the wrong type, the architecture unknown.
    /// </exception>
    public static ModelConfig Load(string folder) => ModelConfigReader.Load(folder);
}
