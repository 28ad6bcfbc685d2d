using System.Diagnostics;
using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;
using Sgl.Engine.Sampling;

namespace Sgl.Bench.OneBatch;

/// <summary>
/// One batch through a model with nothing in between: all prompts are prefilled, then every sequence decodes to its
/// end. The KV pool is laid out sequence after sequence. Its memory lives as long as the operations do.
/// </summary>
internal sealed class StaticBatch
{
    /// <summary>Most prompt tokens of one pass, as in an engine that chunks its prefill.</summary>
    private const int ChunkTokens = 8192;

    private static readonly SamplingParams _greedy = new() { MaxNewTokens = int.MaxValue, Temperature = 0 };

    private readonly ICausalModel _model;
    private readonly IOps _ops;
    private readonly KvLayer[] _cache;
    private readonly IReadOnlyList<int> _replaySizes;
    private readonly Random _random = new(1);

    /// <param name="capacity">Most tokens of a batch, prompts and outputs together.</param>
    public StaticBatch(ICausalModel model, IOps ops, int capacity)
    {
        (_model, _ops) = (model, ops);
        _replaySizes = model.KeySharing.DependsOnLength ? [] : ops.ReplaySizes;
        _cache = KvLayer.AllocateFor(model, ops, capacity);
    }

    /// <summary>Greedy, and no token ends a sequence: the first of the output tokens comes from the prefill.</summary>
    public OneBatchTimes Run(int batch, int inputLength, int outputLength, CancellationToken cancellation)
    {
        int stride = inputLength + outputLength;
        int[] tokens = [.. Enumerable.Repeat(1, batch)];
        long start = Stopwatch.GetTimestamp();
        int chunk = Math.Max(1, ChunkTokens / batch);
        for (int done = 0; done < inputLength; done += chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(chunk, inputLength - done);
            SampledToken[] sampled = Launch(MakePass(tokens, stride, inputLength, done, count), batch)();
            for (int b = 0; b < batch; b++)
                tokens[b] = sampled[b].Token;
        }
        double prefill = Stopwatch.GetElapsedTime(start).TotalSeconds;

        double[] decodes = new double[outputLength - 1];
        Func<SampledToken[]>? underWay = null;
        start = Stopwatch.GetTimestamp();
        for (int i = 0; i < decodes.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            // While a device that runs ahead is at a step, the next one is prepared, as an engine does it.
            int[] next = underWay is null ? tokens : [.. Enumerable.Range(0, batch).Select(Pass.Drawn)];
            Func<SampledToken[]> launched = Launch(MakePass(next, stride, inputLength, inputLength + i, 1), batch);
            if (underWay is not null)
                decodes[i - 1] = Collect(underWay, tokens, ref start);
            underWay = launched;
            if (_ops.RunsAhead && i < decodes.Length - 1)
                continue;
            decodes[i] = Collect(underWay, tokens, ref start);
            underWay = null;
        }
        return new OneBatchTimes(batch, inputLength, outputLength, prefill, decodes);
    }

    /// <returns>Seconds since the last time, or since the first step began.</returns>
    private static double Collect(Func<SampledToken[]> sampled, int[] tokens, ref long start)
    {
        SampledToken[] results = sampled();
        for (int b = 0; b < tokens.Length; b++)
            tokens[b] = results[b].Token;
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        start = Stopwatch.GetTimestamp();
        return seconds;
    }

    /// <summary>
    /// Every sequence goes on by some tokens from a position: random ones all along the prompt, then what was drawn.
    /// Equal ones would take less power, and a GPU that is not throttled is faster than it is at work.
    /// </summary>
    private Pass MakePass(int[] drawn, int stride, int inputLength, int position, int count)
    {
        int batch = drawn.Length;
        // A decode step that can be replayed is padded to a size that is.
        int padding = count == 1 ? Math.Max(0, _replaySizes.FirstOrDefault(size => size >= batch) - batch) : 0;
        Pass pass = new()
        {
            Tokens = new int[batch * count + padding],
            Positions = new int[batch * count + padding],
            RopeLengths = new int[batch * count + padding],
            Slots = new int[batch * count + padding],
            Sequences = new PassSequence[batch + padding],
        };
        for (int i = 0; i < padding; i++)
        {
            pass.Sequences[batch + i] = new PassSequence(batch + i, 1, default);
            pass.RopeLengths[batch + i] = 1;
            pass.Slots[batch + i] = -1;
        }
        for (int b = 0; b < batch; b++)
        {
            for (int i = 0; i < count; i++)
            {
                int t = b * count + i;
                pass.Tokens[t] = position + i < inputLength ? _random.Next(_model.Config.VocabularySize) : drawn[b];
                pass.Positions[t] = position + i;
                pass.RopeLengths[t] = Math.Max(inputLength, position + i + 1);
                pass.Slots[t] = b * stride + position + i;
            }
            int[] slots = [.. Enumerable.Range(b * stride, position + count)];
            pass.Sequences[b] = new PassSequence(b * count, count, slots);
        }
        return pass;
    }

    /// <summary>Enqueues the pass and the choice of every sequence's next token.</summary>
    private Func<SampledToken[]> Launch(Pass pass, int batch)
    {
        _ops.Begin(pass);
        SamplingRow[] rows = new SamplingRow[batch];
        Array.Fill(rows, new SamplingRow(_greedy, [], Seed: 0, Prompt: default, Output: default, TopLogprobs: -1));
        if (pass.TokenCount == pass.Sequences.Length && _replaySizes.Contains(pass.TokenCount))
        {
            Tensor replayed = _ops.Replay(pass, () => _model.Logits(_ops, _model.Forward(_ops, pass, _cache)));
            return _ops.Sample(replayed.SliceRows(0, batch), rows);
        }
        Tensor hidden = _model.Forward(_ops, pass, _cache);
        int[] last = [.. pass.Sequences.Select(sequence => sequence.QueryStart + sequence.QueryCount - 1)];
        return _ops.Sample(_model.Logits(_ops, hidden, last), rows);
    }
}
