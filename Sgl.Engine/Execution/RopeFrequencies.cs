namespace Sgl.Engine.Execution;

/// <summary>
/// The rotation speeds of a rotary embedding: one set, or one that depends on the length of the sequence.
/// </summary>
/// <param name="ForLength">
/// Inverse frequencies [rotaryDim / 2] of a token whose sequence counts as this long; always the same array unless
/// <paramref name="DependsOnLength"/>.
/// </param>
/// <param name="Scale">Factor on cosine and sine (yarn's attention factor); 1 for most.</param>
/// <param name="DependsOnLength">
/// True for dynamic NTK and its like: cached keys can then be shared only among requests whose tokens count the same
/// length.
/// </param>
public sealed record RopeFrequencies(int RotaryDim, Func<int, double[]> ForLength, float Scale, bool DependsOnLength);
