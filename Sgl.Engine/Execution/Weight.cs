namespace Sgl.Engine.Execution;

/// <summary>
/// A parameter on its device: the rows of its parts, one below the other. A device may keep the parts where the file
/// has them (CPU: memory-mapped, one tensor a part) or join them into one tensor (CUDA).
/// </summary>
/// <param name="Parts">Each [rows of the part, Columns]; at least one, all with the same columns and type.</param>
public sealed record Weight(IReadOnlyList<Tensor> Parts)
{
    public int Rows { get; } = Parts.Sum(part => part.Rows);

    public int Columns { get; } = Parts[0].Columns;

    public DataType Type { get; } = Parts[0].Type;

    /// <summary>Holds the parts of a device that leaves them in host memory, where their source does not.</summary>
    public object? Memory { get; init; }
}
