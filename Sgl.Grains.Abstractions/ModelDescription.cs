namespace Sgl.Grains.Abstractions;

/// <summary>A model as a gateway must know it: its limits, and the files that make text of tokens.</summary>
[GenerateSerializer, Immutable, Alias("sgl.ModelDescription")]
public sealed record ModelDescription
{
    [Id(0)] public required string Path { get; init; }

    [Id(1)] public required string Architecture { get; init; }

    [Id(2)] public required string ModelType { get; init; }

    [Id(3)] public required int VocabularySize { get; init; }

    [Id(4)] public required int ContextLength { get; init; }

    [Id(5)] public required int MaxRequestTokens { get; init; }

    [Id(6)] public required int[] EndTokens { get; init; }

    /// <summary>tokenizer.json, config.json, chat templates and their like, by file name.</summary>
    [Id(7)] public required Dictionary<string, byte[]> TextFiles { get; init; }

    /// <summary>Fewest and most replicas, and the idle seconds after which there may be none.</summary>
    [Id(8)] public required ScalingRules Scaling { get; init; }
}
