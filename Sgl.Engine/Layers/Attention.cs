using Sgl.Engine.Execution;
using Sgl.Engine.Models;

namespace Sgl.Engine.Layers;

/// <summary>
/// Causal self-attention with rotary positions; several query heads may share one key and value head.
/// </summary>
public sealed class Attention
{
    private readonly AttentionShape _shape;
    private readonly Linear _qkv;
    private readonly RmsNorm? _qNorm;
    private readonly RmsNorm? _kNorm;
    private readonly RotaryEmbedding _rotary;
    private readonly Linear _output;

    public Attention(Parameters parameters, ModelConfig config, int layer, AttentionOptions options)
    {
        float scale = options.Scale ?? (float)(1 / Math.Sqrt(config.HeadDim));
        int window = config.Layers[layer].Window;
        _shape = new(config.Heads, config.KvHeads, config.HeadDim, scale, window, options.SoftCap);
        _qkv = new(
            parameters,
            [("q_proj", QueryWidth), ("k_proj", KvWidth), ("v_proj", KvWidth)],
            config.HiddenSize,
            options.QkvBias);
        if (options.QkNorm)
        {
            _qNorm = new(parameters.Vector("q_norm", config.HeadDim), config.RmsNormEpsilon);
            _kNorm = new(parameters.Vector("k_norm", config.HeadDim), config.RmsNormEpsilon);
        }
        _rotary = new(config.Layers[layer].Rope, config.HeadDim);
        _output = new(parameters, "o_proj", QueryWidth, config.HiddenSize, options.OutputBias);
    }

    /// <summary>Elements of a token's key, and of its value.</summary>
    public int KvWidth => _shape.KvHeads * _shape.HeadDim;

    /// <summary>See <see cref="RopeFrequencies.DependsOnLength"/>.</summary>
    public bool KeysDependOnLength => _rotary.DependsOnLength;

    private int QueryWidth => _shape.Heads * _shape.HeadDim;

    /// <param name="x">[T, hidden].</param>
    /// <returns>[T, hidden].</returns>
    public Tensor Forward(Workspace work, Tensor x, KvLayer cache)
    {
        Tensor qkv = _qkv.Forward(work, x, "qkv");
        Tensor q = qkv.SliceColumns(0, QueryWidth);
        Tensor k = qkv.SliceColumns(QueryWidth, KvWidth);
        Tensor v = qkv.SliceColumns(QueryWidth + KvWidth, KvWidth);
        _qNorm?.InPlace(work, q);
        _kNorm?.InPlace(work, k);
        work.Ops.RopeAndStore(work.Pass, q, k, v, _shape.HeadDim, _rotary.Angles(work), RopeStyle.Halves, cache);

        Tensor mixed = work.Buffer("mixed values", QueryWidth);
        work.Ops.Attention(work.Pass, q, cache, _shape, mixed);
        return _output.Forward(work, mixed, "attention");
    }
}
