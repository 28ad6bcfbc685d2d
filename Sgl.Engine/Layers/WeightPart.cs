namespace Sgl.Engine.Layers;

/// <summary>Rows of a tensor that a checkpoint has as {Name}.weight, or elements of {Name}.bias.</summary>
/// <param name="Rows">How many.</param>
/// <param name="Start">The first of them.</param>
/// <param name="Of">How many the tensor has; 0: these are all.</param>
public readonly record struct WeightPart(string Name, int Rows, int Start = 0, int Of = 0)
{
    /// <summary>How many rows the tensor has.</summary>
    public int TensorRows => Of == 0 ? Rows : Of;
}
