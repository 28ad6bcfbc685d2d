using Sgl.Engine.Models;
using Sgl.Engine.Sampling;
using Sgl.Engine.Scheduling;

namespace Sgl.Engine.Execution;

/// <summary>Runs a batch through the model, against the keys and values it owns.</summary>
internal sealed class ModelRunner
{
    private readonly ICausalModel _model;
    private readonly IOps _ops;
    private readonly KvLayer[] _layers;

    /// <param name="slots">Size of the KV pool, in tokens.</param>
    /// <exception cref="DeviceMemoryException">The pool does not fit.</exception>
    public ModelRunner(ICausalModel model, IOps ops, int slots)
    {
        _model = model;
        _ops = ops;
        _layers = [.. model.KvWidths.Select(width => new KvLayer(
            ops.Allocate(ops.ActivationType, slots, width), ops.Allocate(ops.ActivationType, slots, width)))];
    }

    /// <summary>
    /// Computes the keys and values of the batch's tokens, and adds to the sequences the prompt log probabilities they
    /// want.
    /// </summary>
    /// <returns>The next token of each entry that samples, in order.</returns>
    public SampledToken[] Run(Batch batch)
    {
        Pass pass = PassOf(batch);
        _ops.Begin(pass);
        Tensor hidden = _model.Forward(_ops, pass, _layers);
        AddPromptLogprobs(batch, hidden);
        return Sample(batch, hidden);
    }

    private static Pass PassOf(Batch batch)
    {
        int count = batch.PrefillTokens + batch.DecodeCount;
        Pass pass = new()
        {
            Tokens = new int[count],
            Positions = new int[count],
            RopeLengths = new int[count],
            Slots = new int[count],
            Sequences = new PassSequence[batch.Entries.Count],
        };
        int row = 0;
        for (int i = 0; i < batch.Entries.Count; i++)
        {
            (Sequence sequence, int start, int entryCount, _) = batch.Entries[i];
            pass.Sequences[i] = new PassSequence(row, entryCount, sequence.Kv.Memory[..(start + entryCount)]);
            ReadOnlySpan<int> tokens = sequence.Tokens.Span;
            ReadOnlySpan<int> slots = sequence.Kv.Span;
            for (int position = start; position < start + entryCount; position++, row++)
            {
                pass.Tokens[row] = tokens[position];
                pass.Positions[row] = position;
                pass.RopeLengths[row] = Math.Max(sequence.PromptLength, position + 1);
                pass.Slots[row] = slots[position];
            }
        }
        return pass;
    }

    private SampledToken[] Sample(Batch batch, Tensor hidden)
    {
        List<int> rows = [];
        List<SamplingRow> sampling = [];
        int row = 0;
        foreach ((Sequence sequence, _, int count, bool samples) in batch.Entries)
        {
            row += count;
            if (!samples)
                continue;
            rows.Add(row - 1);
            sampling.Add(new SamplingRow(
                sequence.Request.Sampling,
                _model.Config.EndTokens,
                sequence.Request.Seed,
                sequence.Request.Prompt,
                sequence.Output,
                sequence.Request.Logprobs?.Top ?? -1));
        }
        SampledToken[] sampled = new SampledToken[rows.Count];
        if (rows.Count > 0)
            _ops.Sample(LogitsOf(hidden, rows), [.. sampling], sampled);
        return sampled;
    }

    /// <summary>The logits of position p give the log probability of the prompt's token p + 1.</summary>
    private void AddPromptLogprobs(Batch batch, Tensor hidden)
    {
        List<int> rows = [];
        List<int> tokens = [];
        List<int> top = [];
        List<Sequence> sequences = [];
        int row = 0;
        foreach ((Sequence sequence, int start, int count, _) in batch.Entries)
        {
            int last = Math.Min(sequence.PromptLength - 1, start + count);
            for (int position = sequence.NextPromptLogprob; position <= last; position++)
            {
                rows.Add(row + position - 1 - start);
                tokens.Add(sequence.Tokens.Span[position]);
                top.Add(sequence.Request.Logprobs!.Top);
                sequences.Add(sequence);
            }
            row += count;
        }
        if (rows.Count == 0)
            return;
        SampledToken[] results = new SampledToken[rows.Count];
        _ops.Logprobs(LogitsOf(hidden, rows), [.. tokens], [.. top], results);
        for (int i = 0; i < results.Length; i++)
            sequences[i].AddPromptLogprob(results[i]);
    }

    private Tensor LogitsOf(Tensor hidden, List<int> rows)
    {
        Tensor gathered = _ops.Scratch(rows.Count, hidden.Columns);
        _ops.GatherRows(hidden, [.. rows], gathered);
        return _model.Logits(_ops, gathered);
    }
}
