using Sgl.Engine.Models;
using Sgl.Engine.Requests;
using Sgl.Engine.Sampling;
using Sgl.Engine.Sampling.Grammar;
using Sgl.Engine.Scheduling;

namespace Sgl.Engine.Execution;

/// <summary>Runs batches through the model, against the keys and values it owns.</summary>
internal sealed class ModelRunner
{
    private readonly ICausalModel _model;
    private readonly IOps _ops;
    private readonly KvLayer[] _layers;
    private readonly IReadOnlyList<int> _replaySizes;

    /// <param name="slots">Size of the KV pool, in tokens.</param>
    /// <exception cref="DeviceMemoryException">The pool does not fit.</exception>
    public ModelRunner(ICausalModel model, IOps ops, int slots)
    {
        _model = model;
        _ops = ops;
        // What depends on lengths is computed on the host, so it is another pass every time.
        _replaySizes = model.KeySharing.DependsOnLength ? [] : ops.ReplaySizes;
        _layers = KvLayer.AllocateFor(model, ops, slots);
    }

    /// <summary>
    /// Runs each size of replayed pass once, the largest first, on padding alone: what is measured, compiled and
    /// recorded at first is not left to requests.
    /// </summary>
    public void WarmUp()
    {
        foreach (int size in _replaySizes.Reverse())
            Decode(PassOf(new Batch(), padding: size));
    }

    /// <summary>
    /// Enqueues the computation of the batch's keys and values, next tokens and prompt log probabilities.
    /// </summary>
    public LaunchedStep Launch(Batch batch)
    {
        int size = batch.PrefillTokens > 0 ? 0 : _replaySizes.FirstOrDefault(size => size >= batch.DecodeCount);
        if (size > 0)
        {
            Tensor logits = Decode(PassOf(batch, size - batch.DecodeCount));
            return new LaunchedStep(batch, Sample(batch, logits.SliceRows(0, batch.DecodeCount)), null, []);
        }
        Pass pass = PassOf(batch, padding: 0);
        _ops.Begin(pass);
        Tensor hidden = _model.Forward(_ops, pass, _layers);
        List<Sequence> scored = [];
        Func<SampledToken[]>? promptLogprobs = PromptLogprobs(batch, hidden, scored);
        List<int> rows = RowsThatSample(batch);
        Func<SampledToken[]> sampled = rows.Count > 0
            ? Sample(batch, _model.Logits(_ops, hidden, [.. rows])) : () => [];
        return new LaunchedStep(batch, sampled, promptLogprobs, scored);
    }

    private Tensor Decode(Pass pass)
    {
        _ops.Begin(pass);
        return _ops.Replay(pass, () => _model.Logits(_ops, _model.Forward(_ops, pass, _layers)));
    }

    private static Pass PassOf(Batch batch, int padding)
    {
        int count = batch.PrefillTokens + batch.DecodeCount;
        Pass pass = new()
        {
            Tokens = new int[count + padding],
            Positions = new int[count + padding],
            RopeLengths = new int[count + padding],
            Slots = new int[count + padding],
            Sequences = new PassSequence[batch.Entries.Count + padding],
        };
        int row = 0;
        for (int i = 0; i < batch.Entries.Count; i++)
        {
            BatchEntry entry = batch.Entries[i];
            Sequence sequence = entry.Sequence;
            pass.Sequences[i] = new PassSequence(row, entry.Count, sequence.Kv.Memory[..(entry.Start + entry.Count)]);
            ReadOnlySpan<int> tokens = sequence.Tokens.Span;
            ReadOnlySpan<int> slots = sequence.Kv.Span;
            for (int position = entry.Start; position < entry.Start + entry.Count; position++, row++)
            {
                pass.Tokens[row] = tokens[position];
                pass.Positions[row] = position;
                pass.RopeLengths[row] = Math.Max(sequence.PromptLength, position + 1);
                pass.Slots[row] = slots[position];
            }
        }
        for (int i = batch.Entries.Count; row < pass.TokenCount; i++, row++)
        {
            pass.Sequences[i] = new PassSequence(row, 1, default);
            pass.RopeLengths[row] = 1;
            pass.Slots[row] = -1;
        }
        return pass;
    }

    private static List<int> RowsThatSample(Batch batch)
    {
        List<int> rows = [];
        int row = 0;
        foreach (BatchEntry entry in batch.Entries)
        {
            row += entry.Count;
            if (entry.Samples)
                rows.Add(row - 1);
        }
        return rows;
    }

    /// <param name="logits">A row for each entry that samples.</param>
    private Func<SampledToken[]> Sample(Batch batch, Tensor logits)
    {
        SamplingRow[] rows =
            [.. batch.Entries.Where(entry => entry.Samples).Select(entry => RowOf(entry.Sequence))];
        return _ops.Sample(logits, rows);
    }

    private SamplingRow RowOf(Sequence sequence)
    {
        GenerateRequest request = sequence.Request;
        GrammarMatcher? matcher = sequence.Matcher;
        // Where a grammar is at its end, min_new_tokens would leave no token at all.
        SamplingParams sampling = matcher is { MustEnd: true }
            ? request.Sampling with { MinNewTokens = 0 } : request.Sampling;
        return new SamplingRow(
            sampling, _model.Config.EndTokens, request.Seed, request.Prompt, sequence.Output,
            request.Logprobs?.Top ?? -1)
        {
            Allowed = matcher?.Allowed,
        };
    }

    /// <summary>The logits of position p give the log probability of the prompt's token p + 1.</summary>
    /// <param name="scored">Gets the sequence that each of the results belongs to.</param>
    /// <returns>Null when no sequence of the batch wants any.</returns>
    private Func<SampledToken[]>? PromptLogprobs(Batch batch, Tensor hidden, List<Sequence> scored)
    {
        List<int> rows = [];
        List<int> tokens = [];
        List<int> top = [];
        int row = 0;
        foreach (BatchEntry entry in batch.Entries)
        {
            Sequence sequence = entry.Sequence;
            int first = sequence.NextPromptLogprob;
            int last = Math.Min(sequence.PromptLength - 1, entry.Start + entry.Count);
            for (int position = first; position <= last; position++)
            {
                rows.Add(row + position - 1 - entry.Start);
                tokens.Add(sequence.Tokens.Span[position]);
                top.Add(sequence.Request.Logprobs!.Top);
                scored.Add(sequence);
            }
            sequence.LaunchPromptLogprobs(Math.Max(0, last + 1 - first));
            row += entry.Count;
        }
        return rows.Count > 0
            ? _ops.Logprobs(_model.Logits(_ops, hidden, [.. rows]), [.. tokens], [.. top]) : null;
    }
}
