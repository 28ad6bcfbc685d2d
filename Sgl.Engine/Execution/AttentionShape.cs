namespace Sgl.Engine.Execution;

/// <summary>What one attention layer needs to know besides its inputs.</summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key and value heads; Heads is a multiple of it.</param>
/// <param name="HeadDim">Elements of one head.</param>
/// <param name="Scale">Factor on q · k.</param>
/// <param name="Window">A query at position p sees keys at positions greater than p - Window; 0 sees all.</param>
/// <param name="SoftCap">Scores become SoftCap * tanh(score / SoftCap); 0 leaves them.</param>
public sealed record AttentionShape(
    int Heads, int KvHeads, int HeadDim, float Scale, int Window = 0, float SoftCap = 0);
