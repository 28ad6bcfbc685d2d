using Sgl.Engine.Execution;
using Sgl.Engine.Models;

namespace Sgl.Engine.Tests.Models;

/// <summary>
/// One sequence through a model without a scheduler: pass after pass, as large as the test wants them.
/// </summary>
internal sealed class ModelDriver
{
    private readonly IOps _ops;
    private readonly ICausalModel _model;
    private readonly KvLayer[] _cache;
    private readonly Queue<int> _freeSlots;
    private readonly List<int> _tokens = [];
    private readonly List<int> _slots = [];
    private readonly int _promptLength;

    private ModelDriver(IOps ops, ICausalModel model, KvLayer[] cache, Queue<int> freeSlots, int promptLength)
    {
        (_ops, _model, _cache, _freeSlots, _promptLength) = (ops, model, cache, freeSlots, promptLength);
    }

    /// <param name="slots">Size of the pool; its slots are handed out in a scattered order.</param>
    /// <param name="promptLength">What rope scalings that depend on the length take for the prompt's.</param>
    public static ModelDriver Start(IOps ops, ICausalModel model, int slots, int promptLength)
    {
        KvLayer[] cache = KvLayer.AllocateFor(model, ops, slots);
        var order = Enumerable.Range(0, slots).ToArray();
        new Random(slots).Shuffle(order);
        return new(ops, model, cache, new(order), promptLength);
    }

    /// <summary>
    /// A new sequence over the same pool, which begins with this one's keys and values, read and not copied.
    /// </summary>
    public ModelDriver Fork()
    {
        var fork = new ModelDriver(_ops, _model, _cache, _freeSlots, _promptLength);
        fork._tokens.AddRange(_tokens);
        fork._slots.AddRange(_slots);
        return fork;
    }

    /// <summary>Runs the tokens after those that were run before, in one pass.</summary>
    /// <returns>The logits after each of them.</returns>
    public float[][] Run(params ReadOnlySpan<int> tokens)
    {
        int start = _tokens.Count;
        foreach (int token in tokens)
        {
            _tokens.Add(token);
            _slots.Add(_freeSlots.Dequeue());
        }
        int[] positions = [.. Enumerable.Range(start, tokens.Length)];
        var pass = new Pass
        {
            Tokens = tokens.ToArray(),
            Positions = positions,
            RopeLengths = [.. positions.Select(position => Math.Max(_promptLength, position + 1))],
            Slots = [.. _slots.Skip(start)],
            Sequences = [new PassSequence(0, tokens.Length, _slots.ToArray())],
        };
        _ops.Begin(pass);
        Tensor logits = _model.Logits(_ops, _model.Forward(_ops, pass, _cache));
        return [.. Enumerable.Range(0, tokens.Length).Select(row => logits.Row(row).ToArray())];
    }
}
