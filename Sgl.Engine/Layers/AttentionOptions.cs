namespace Sgl.Engine.Layers;

/// <summary>In what one family's attention differs from another's.</summary>
public sealed record AttentionOptions
{
    /// <summary>q_proj, k_proj and v_proj have biases.</summary>
    public bool QkvBias { get; init; }

    /// <summary>o_proj has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>q_norm and k_norm are applied to each head before the rotation.</summary>
    public bool QkNorm { get; init; }

    /// <summary>Factor on q · k; null is 1 / sqrt(head size).</summary>
    public float? Scale { get; init; }

    /// <summary>See <see cref="Execution.AttentionShape"/>.</summary>
    public float SoftCap { get; init; }
}
