using Sgl.Engine.Execution;

namespace Sgl.Engine.Weights;

/// <summary>One tensor of a checkpoint, in host memory (memory-mapped, or made up).</summary>
/// <param name="Name">As in the file.</param>
/// <param name="Shape">As in the file, outermost first.</param>
/// <param name="Data">
/// [product of all but the last dimension, last dimension]; a vector is [1, n]. Valid as long as its source is open.
/// </param>
public sealed record CheckpointTensor(string Name, IReadOnlyList<int> Shape, Tensor Data);
