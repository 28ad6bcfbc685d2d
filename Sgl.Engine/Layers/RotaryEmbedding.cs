using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;

namespace Sgl.Engine.Layers;

/// <summary>Positions as rotations of pairs of elements of queries and keys.</summary>
public sealed class RotaryEmbedding(RopeConfig config, int headDim)
{
    private readonly RopeFrequencies _frequencies = RopeScaling.Frequencies(config, headDim);

    // Layers with the same configuration share their angles.
    private readonly object _key = (config, headDim);

    /// <summary>Which prompts have keys in common.</summary>
    public KeySharing Sharing => _frequencies.Sharing;

    /// <returns>[T, rotaryDim]: cosines and sines of the pass's positions, computed once a pass.</returns>
    public Tensor Angles(Workspace work) => work.Shared(_key, Compute);

    private Tensor Compute(Workspace work)
    {
        Tensor angles = work.Ops.Scratch(DataType.Float32, work.Pass.TokenCount, _frequencies.RotaryDim);
        work.Ops.RopeAngles(work.Pass, _frequencies, angles);
        return angles;
    }
}
