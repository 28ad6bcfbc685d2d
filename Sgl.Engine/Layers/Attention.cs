using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;

namespace Sgl.Engine.Layers;

/// <summary>
/// Causal self-attention with rotary positions; several query heads may share one key and value head.
/// </summary>
public sealed class Attention
{
    private readonly AttentionShape _shape;
    private readonly RopeStyle _ropeStyle;
    private readonly Linear _qkv;
    private readonly Norm? _qNorm;
    private readonly Norm? _kNorm;
    private readonly RotaryEmbedding? _rotary;
    private readonly Linear _output;

    public Attention(Parameters parameters, ModelConfig config, int layer, AttentionOptions options)
    {
        float scale = options.Scale ?? (float)(1 / Math.Sqrt(config.HeadDim));
        int window = config.Layers[layer].Window;
        _shape = new(config.Heads, config.KvHeads, config.HeadDim, scale, window, options.SoftCap);
        _ropeStyle = options.RopeStyle;
        _qkv = new(parameters, QkvParts(options), config.HiddenSize, options.QkvBias);
        _qNorm = options.QkNorm?.Invoke(parameters, "q", config.Heads);
        _kNorm = options.QkNorm?.Invoke(parameters, "k", config.KvHeads);
        _rotary = options.Rotates ? new(config.Layers[layer].Rope, config.HeadDim) : null;
        _output = new(parameters, options.Output, QueryWidth, config.HiddenSize, options.OutputBias);
    }

    /// <summary>Elements of a token's key, and of its value.</summary>
    public int KvWidth => _shape.KvHeads * _shape.HeadDim;

    /// <summary>Which prompts have keys in common.</summary>
    public KeySharing KeySharing => _rotary?.Sharing ?? KeySharing.All;

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
        work.Ops.RopeAndStore(work.Pass, q, k, v, _shape.HeadDim, _rotary?.Angles(work), _ropeStyle, cache);

        Tensor mixed = work.Buffer("mixed values", QueryWidth);
        work.Ops.Attention(work.Pass, q, cache, _shape, mixed);
        return _output.Forward(work, mixed, "attention");
    }

    private WeightPart[] QkvParts(AttentionOptions options) => options.Qkv switch
    {
        [var all] when options.IsQkvGrouped =>
        [
            .. Groups(all, 0, QueryWidth),
            .. Groups(all, QueryWidth, KvWidth),
            .. Groups(all, QueryWidth + KvWidth, KvWidth),
        ],
        [var all] => [new(all, QueryWidth + 2 * KvWidth)],
        _ => [new(options.Qkv[0], QueryWidth), new(options.Qkv[1], KvWidth), new(options.Qkv[2], KvWidth)],
    };

    /// <summary>What of every group lies at these columns of the output, were it not grouped.</summary>
    private IEnumerable<WeightPart> Groups(string name, int start, int width)
    {
        int groups = _shape.KvHeads, all = QueryWidth + 2 * KvWidth;
        return Enumerable.Range(0, groups).Select(
            group => new WeightPart(name, width / groups, (group * all + start) / groups, all));
    }
}
