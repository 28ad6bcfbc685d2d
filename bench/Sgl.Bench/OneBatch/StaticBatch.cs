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

    /// <param name="capacity">Most tokens of a batch, prompts and outputs together.</param>
    public StaticBatch(ICausalModel model, IOps ops, int capacity)
    {
        (_model, _ops) = (model, ops);
        _cache = [.. model.KvWidths.Select(width => new KvLayer(
            ops.Allocate(ops.ActivationType, capacity, width), ops.Allocate(ops.ActivationType, capacity, width)))];
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
            Step(MakePass(tokens, stride, inputLength, done, Math.Min(chunk, inputLength - done)), tokens);
        }
        double prefill = Stopwatch.GetElapsedTime(start).TotalSeconds;

        double[] decodes = new double[outputLength - 1];
        for (int i = 0; i < decodes.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            long stepStart = Stopwatch.GetTimestamp();
            Step(MakePass(tokens, stride, inputLength, inputLength + i, 1), tokens);
            decodes[i] = Stopwatch.GetElapsedTime(stepStart).TotalSeconds;
        }
        return new OneBatchTimes(batch, inputLength, outputLength, prefill, decodes);
    }

    /// <summary>
    /// Every sequence goes on by some tokens from a position: 1 all along the prompt, then what was drawn.
    /// </summary>
    private static Pass MakePass(int[] drawn, int stride, int inputLength, int position, int count)
    {
        int batch = drawn.Length;
        Pass pass = new()
        {
            Tokens = new int[batch * count],
            Positions = new int[batch * count],
            RopeLengths = new int[batch * count],
            Slots = new int[batch * count],
            Sequences = new PassSequence[batch],
        };
        for (int b = 0; b < batch; b++)
        {
            for (int i = 0; i < count; i++)
            {
                int t = b * count + i;
                pass.Tokens[t] = position + i < inputLength ? 1 : drawn[b];
                pass.Positions[t] = position + i;
                pass.RopeLengths[t] = Math.Max(inputLength, position + i + 1);
                pass.Slots[t] = b * stride + position + i;
            }
            int[] slots = [.. Enumerable.Range(b * stride, position + count)];
            pass.Sequences[b] = new PassSequence(b * count, count, slots);
        }
        return pass;
    }

    /// <summary>Runs the pass and puts every sequence's next token into <paramref name="tokens"/>.</summary>
    private void Step(Pass pass, int[] tokens)
    {
        _ops.Begin(pass);
        Tensor hidden = _model.Forward(_ops, pass, _cache);
        int[] last = [.. pass.Sequences.Select(sequence => sequence.QueryStart + sequence.QueryCount - 1)];
        Tensor gathered = _ops.Scratch(last.Length, hidden.Columns);
        _ops.GatherRows(hidden, last, gathered);
        SamplingRow[] rows = new SamplingRow[tokens.Length];
        Array.Fill(rows, new SamplingRow(_greedy, [], Seed: 0, Prompt: default, Output: default, TopLogprobs: -1));
        SampledToken[] sampled = _ops.Sample(_model.Logits(_ops, gathered), rows)();
        for (int b = 0; b < tokens.Length; b++)
            tokens[b] = sampled[b].Token;
    }
}
