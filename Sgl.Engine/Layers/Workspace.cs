using Sgl.Engine.Execution;

namespace Sgl.Engine.Layers;

/// <summary>
/// One pass on its way through a model: the device, the pass, and the step-local tensors that all layers use in turn.
/// </summary>
public sealed class Workspace(IOps ops, Pass pass)
{
    private readonly Dictionary<(string Use, int Columns), Tensor> _buffers = [];
    private readonly Dictionary<object, Tensor> _shared = [];

    public IOps Ops => ops;

    public Pass Pass => pass;

    /// <summary>
    /// A tensor for one use, contents undefined: the next layer that asks for the same use and width gets the same
    /// memory, so what is in it lasts until then. A pass needs one layer's memory this way, not all layers'.
    /// </summary>
    /// <returns>[T, columns].</returns>
    public Tensor Buffer(string use, int columns)
    {
        if (!_buffers.TryGetValue((use, columns), out Tensor buffer))
            _buffers[(use, columns)] = buffer = ops.Scratch(pass.TokenCount, columns);
        return buffer;
    }

    /// <summary>
    /// What several layers need and one computes: the first call makes it, and it lasts as long as the pass.
    /// </summary>
    public Tensor Shared(object key, Func<Workspace, Tensor> compute)
    {
        if (!_shared.TryGetValue(key, out Tensor tensor))
            _shared[key] = tensor = compute(this);
        return tensor;
    }
}
