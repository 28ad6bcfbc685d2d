namespace Sgl.Engine.Execution;

/// <summary>
/// The keys and values of one layer for every slot of the token pool: both [slots, kvHeads * headDim].
/// </summary>
public readonly record struct KvLayer(Tensor Keys, Tensor Values);
