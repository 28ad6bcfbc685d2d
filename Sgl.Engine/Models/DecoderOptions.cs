using Sgl.Engine.Layers;

namespace Sgl.Engine.Models;

/// <summary>In what one family's frame around the layers differs from another's.</summary>
public sealed record DecoderOptions
{
    /// <summary>Name of the embedding table, without ".weight".</summary>
    public string Embedding { get; init; } = "model.embed_tokens";

    /// <summary>What the layers' names begin with, before their numbers.</summary>
    public string Layers { get; init; } = "model.layers";

    /// <summary>Makes the norm after the last layer; null is an RMS norm called model.norm.</summary>
    public Func<Parameters, Norm>? LastNorm { get; init; }

    /// <summary>Name of the projection to logits, where it is not the embedding table.</summary>
    public string Head { get; init; } = "lm_head";

    /// <summary>Factor on the embedding.</summary>
    public float EmbeddingScale { get; init; } = 1;

    /// <summary>On the logits; 0 is none.</summary>
    public float SoftCap { get; init; }
}
