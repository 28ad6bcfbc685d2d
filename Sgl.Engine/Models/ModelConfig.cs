namespace Sgl.Engine.Models;

/// <summary>config.json (and generation_config.json), read once into the field's own words.</summary>
public sealed record ModelConfig
{
    public required string Architecture { get; init; }

    public required string ModelType { get; init; }

    public required int VocabularySize { get; init; }

    public required int ContextLength { get; init; }

    public required IReadOnlyList<int> EndTokens { get; init; }

    /// <summary>Reads a model folder's config.json.</summary>
    /// <exception cref="Requests.UserErrorException">A file is missing or broken, a field missing or of the wrong type.</exception>
    public static ModelConfig Load(string folder) => throw new NotImplementedException();
}
