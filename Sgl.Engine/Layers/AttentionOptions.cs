using Sgl.Engine.Execution;

namespace Sgl.Engine.Layers;

/// <summary>In what one family's attention differs from another's.</summary>
public sealed record AttentionOptions
{
    /// <summary>Names of the projections to queries, keys and values; one name where they are one tensor.</summary>
    public IReadOnlyList<string> Qkv { get; init; } = ["q_proj", "k_proj", "v_proj"];

    /// <summary>
    /// The one tensor holds the query heads that share a key head, then that key head, then its value head, and so on
    /// for each key head; else all query heads come first, then all key heads.
    /// </summary>
    public bool IsQkvGrouped { get; init; }

    /// <summary>Name of the projection back to the hidden size.</summary>
    public string Output { get; init; } = "o_proj";

    /// <summary>The projections to queries, keys and values have biases.</summary>
    public bool QkvBias { get; init; }

    /// <summary>The projection back has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>
    /// Makes the norms of queries and keys before the rotation, of the attention's tensors, "q" or "k", and how many
    /// heads there are; null is none.
    /// </summary>
    public Func<Parameters, string, int, Norm>? QkNorm { get; init; }

    /// <summary>False where positions are not told to queries and keys.</summary>
    public bool Rotates { get; init; } = true;

    public RopeStyle RopeStyle { get; init; }

    /// <summary>Factor on q · k; null is 1 / sqrt(head size).</summary>
    public float? Scale { get; init; }

    /// <summary>See <see cref="AttentionShape"/>.</summary>
    public float SoftCap { get; init; }
}
