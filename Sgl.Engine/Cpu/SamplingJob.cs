using System.Runtime.InteropServices;
using Sgl.Engine.Execution;
using Sgl.Engine.Sampling;

namespace Sgl.Engine.Cpu;

/// <summary>
/// Draws and scores rows on a pool. A piece has its own sampler and takes every n-th row; since a row's result depends
/// on that row alone, it does not matter which. The arrays are kept from call to call.
/// </summary>
internal sealed class SamplingJob(WorkerPool pool)
{
    private readonly Sampler?[] _samplers = new Sampler?[pool.Threads];
    private Tensor _logits;
    private SamplingRow[] _rows = [];
    private (int Token, int Top)[] _scores = [];
    private SampledToken[] _results = [];
    private bool _draws;
    private int _count;
    private int _pieces;

    public void Sample(Tensor logits, ReadOnlySpan<SamplingRow> rows, Span<SampledToken> results)
    {
        Prepare(logits, rows.Length, draws: true);
        rows.CopyTo(_rows);
        Run(results);
    }

    public void Logprobs(Tensor logits, ReadOnlySpan<int> tokens, ReadOnlySpan<int> top, Span<SampledToken> results)
    {
        Prepare(logits, tokens.Length, draws: false);
        for (int i = 0; i < tokens.Length; i++)
            _scores[i] = (tokens[i], top[i]);
        Run(results);
    }

    private void Prepare(Tensor logits, int count, bool draws)
    {
        (_logits, _count, _draws) = (logits, count, draws);
        _pieces = Math.Min(_samplers.Length, count);
        if (_results.Length >= count)
            return;
        _rows = new SamplingRow[count];
        _scores = new (int, int)[count];
        _results = new SampledToken[count];
    }

    private void Run(Span<SampledToken> results)
    {
        using GCHandle<SamplingJob> handle = new(this);
        pool.Run(new Work(handle), _pieces);
        _results.AsSpan(0, _count).CopyTo(results);
        // What is not held here can be collected.
        Array.Clear(_rows);
        Array.Clear(_results);
    }

    private void RunPiece(int piece)
    {
        Sampler? sampler = _samplers[piece];
        if (sampler?.Vocabulary != _logits.Columns)
            _samplers[piece] = sampler = new Sampler(_logits.Columns);
        for (int i = piece; i < _count; i += _pieces)
        {
            _results[i] = _draws
                ? sampler.Sample(_logits.Row(i), _rows[i])
                : sampler.Logprobs(_logits.Row(i), _scores[i].Token, _scores[i].Top);
        }
    }

    private readonly struct Work(GCHandle<SamplingJob> job) : IWork
    {
        public void Run(int piece) => job.Target.RunPiece(piece);
    }
}
