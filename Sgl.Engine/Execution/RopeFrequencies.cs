using Sgl.Engine.Requests;

namespace Sgl.Engine.Execution;

/// <summary>
/// The rotation speeds of a rotary embedding: one set, or one that depends on the length of the sequence.
/// </summary>
/// <param name="ForLength">
/// Inverse frequencies [rotaryDim / 2] of a token whose sequence counts as this long; always the same array unless
/// <see cref="DependsOnLength"/>.
/// </param>
/// <param name="Scale">Factor on cosine and sine (yarn's attention factor); 1 for most.</param>
/// <param name="Sharing">Which prompts have keys in common.</param>
public sealed record RopeFrequencies(int RotaryDim, Func<int, double[]> ForLength, float Scale, KeySharing Sharing)
{
    /// <summary>True for dynamic NTK, longrope and their like.</summary>
    public bool DependsOnLength => Sharing.DependsOnLength;
}
