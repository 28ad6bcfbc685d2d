using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Requests;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>
/// What decoder-only models have in common: embedding, layers one after the other, last norm, output head.
/// </summary>
public abstract class DecoderModel
{
    private readonly Embedding _embedding;
    private readonly IDecoderLayer[] _layers;
    private readonly Norm _norm;
    private readonly OutputHead _head;

    /// <param name="makeLayer">Reads layer i from the tensors below its name.</param>
    protected DecoderModel(
        ModelConfig config,
        IWeightSource weights,
        IOps ops,
        Func<Parameters, int, IDecoderLayer> makeLayer,
        DecoderOptions? options = null)
    {
        options ??= new();
        Config = config;
        var root = new Parameters(weights, ops);
        Weight table = root.Matrix(options.Embedding, config.VocabularySize, config.HiddenSize);
        _embedding = new(table, options.EmbeddingScale);
        _layers = [.. config.Layers.Select((_, i) => makeLayer(root.Under($"{options.Layers}.{i}"), i))];
        _norm = options.LastNorm?.Invoke(root) ?? new RmsNorm(root, "model.norm", config);
        Weight head = config.TieWordEmbeddings
            ? table
            : root.Matrix(options.Head, config.VocabularySize, config.HiddenSize);
        _head = new(head, options.SoftCap);
        KvWidths = [.. _layers.Select(layer => layer.Attention.KvWidth)];
    }

    public ModelConfig Config { get; }

    public IReadOnlyList<int> KvWidths { get; }

    public KeySharing KeySharing => _layers.Select(layer => layer.Attention.KeySharing).Distinct().Aggregate(
        (one, other) => new(Math.Min(one.Common, other.Common), one.LongOnesShare && other.LongOnesShare));

    public Tensor Forward(IOps ops, Pass pass, IReadOnlyList<KvLayer> cache)
    {
        var work = new Workspace(ops, pass);
        Tensor residual = _embedding.Forward(work);
        Tensor? delta = null;
        for (int i = 0; i < _layers.Length; i++)
            delta = _layers[i].Forward(work, residual, delta, cache[i]);
        return _norm.Forward(work, residual, delta);
    }

    public Tensor Logits(IOps ops, Tensor hidden) => _head.Forward(ops, hidden);
}
