namespace Sgl.Engine.Requests;

/// <summary>What a backend serves, and the limits that a request must keep before it may cross the waist.</summary>
public sealed record ModelInfo
{
    /// <summary>Where it was loaded from, as the user gave it.</summary>
    public required string Path { get; init; }

    /// <summary>config.json's architectures[0], for example LlamaForCausalLM.</summary>
    public required string Architecture { get; init; }

    /// <summary>config.json's model_type, for example llama.</summary>
    public required string ModelType { get; init; }

    public required int VocabularySize { get; init; }

    /// <summary>Most tokens of prompt and output together.</summary>
    public required int ContextLength { get; init; }

    /// <summary>
    /// Most tokens of one request, prompt and output, that the KV pool can hold. A prompt must be shorter than both
    /// this and <see cref="ContextLength"/>.
    /// </summary>
    public required int MaxRequestTokens { get; init; }

    /// <summary>The model's own end tokens (config.json and generation_config.json together).</summary>
    public required IReadOnlyList<int> EndTokens { get; init; }

    /// <summary>Which prompts can share a prefix.</summary>
    public KeySharing KeySharing { get; init; } = KeySharing.All;
}
