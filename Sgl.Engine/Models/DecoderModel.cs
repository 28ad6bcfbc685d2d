using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>
/// What decoder-only models have in common: embedding, layers one after the other, last norm, output head.
/// </summary>
public abstract class DecoderModel
{
    private readonly Embedding _embedding;
    private readonly IDecoderLayer[] _layers;
    private readonly RmsNorm _norm;
    private readonly OutputHead _head;

    /// <param name="makeLayer">Reads layer i from the tensors below model.layers.i.</param>
    /// <param name="normOffset">See <see cref="RmsNorm"/>.</param>
    /// <param name="softCap">On the logits; 0 is none.</param>
    protected DecoderModel(
        ModelConfig config,
        IWeightSource weights,
        IOps ops,
        Func<Parameters, int, IDecoderLayer> makeLayer,
        float embeddingScale = 1,
        float normOffset = 0,
        float softCap = 0)
    {
        Config = config;
        var root = new Parameters(weights, ops);
        Parameters model = root.Under("model");
        Weight table = model.Matrix("embed_tokens", config.VocabularySize, config.HiddenSize);
        _embedding = new(table, embeddingScale);
        _layers = [.. config.Layers.Select((_, i) => makeLayer(model.Under($"layers.{i}"), i))];
        _norm = new(model.Vector("norm", config.HiddenSize), config.RmsNormEpsilon, normOffset);
        Weight head = config.TieWordEmbeddings
            ? table
            : root.Matrix("lm_head", config.VocabularySize, config.HiddenSize);
        _head = new(head, softCap);
        KvWidths = [.. _layers.Select(layer => layer.Attention.KvWidth)];
    }

    public ModelConfig Config { get; }

    public IReadOnlyList<int> KvWidths { get; }

    public bool KeysDependOnLength => _layers.Any(layer => layer.Attention.KeysDependOnLength);

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
