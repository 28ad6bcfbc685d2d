using System.Runtime.InteropServices;
using Sgl.Cuda.Compilation;
using Sgl.Cuda.Memory;
using Sgl.Engine.Execution;
using Sgl.Engine.Requests;
using Sgl.Engine.Sampling;

namespace Sgl.Cuda.Kernels;

/// <summary>Launches Sample.cu and brings the chosen tokens back.</summary>
internal sealed unsafe class Sample(CudaContext context, KernelLibrary library, StepUploads uploads) : IDisposable
{
    private const int Threads = 1024;

    /// <summary>The kernel's Histogram: a column of eight counts and eight masses a thread, then some sums.</summary>
    private const int HistogramBytes = Threads * 8 * 8 + 512;

    private readonly KernelModule _module = library.Get("Sample");
    private readonly StepArena _work = new(context.Allocate, context.Free, 1 << 20);
    private nint _pinned;
    private long _pinnedBytes;

    public void Run(Tensor logits, ReadOnlySpan<SamplingRow> rows, Span<SampledToken> results)
    {
        TokenLists lists = new();
        SampleRow[] list = new SampleRow[rows.Length];
        for (int i = 0; i < rows.Length; i++)
            list[i] = lists.Describe(rows[i], logits.Columns);
        Run(logits, list, lists, results);
    }

    public void Logprobs(Tensor logits, ReadOnlySpan<int> tokens, ReadOnlySpan<int> top, Span<SampledToken> results)
    {
        SampleRow[] list = new SampleRow[tokens.Length];
        for (int i = 0; i < tokens.Length; i++)
            list[i] = new SampleRow { Token = tokens[i], Top = Math.Min(top[i], logits.Columns) };
        Run(logits, list, new TokenLists(), results);
    }

    public void Dispose()
    {
        _work.Dispose();
        if (_pinned != 0)
            context.FreePinned(_pinned);
        _pinned = 0;
    }

    private void Run(Tensor logits, SampleRow[] rows, TokenLists lists, Span<SampledToken> results)
    {
        if (rows.Length == 0)
            return;
        int mostTop = Math.Max(0, rows.Max(row => row.Top));
        long cells = (long)rows.Length * logits.Columns;
        long resultBytes = (long)rows.Length * (1 + mostTop) * sizeof(Chosen);
        _work.Reset();
        nint output = _work.Take(resultBytes);
        SampleArguments arguments = new()
        {
            Logits = logits.Address,
            Stride = (ulong)logits.Stride,
            Rows = uploads.Add<SampleRow>(rows),
            Tokens = uploads.Add<int>(CollectionsMarshal.AsSpan(lists.Tokens)),
            Values = uploads.Add<float>(CollectionsMarshal.AsSpan(lists.Values)),
            Work = _work.Take(cells * sizeof(float)),
            Counts = lists.HasPenalties ? _work.Take(cells * sizeof(int)) : 0,
            Results = output,
            Top = output + rows.Length * sizeof(Chosen),
            Vocabulary = logits.Columns,
            MostTop = mostTop,
        };
        uploads.Flush();
        _module.Get("sample", HistogramBytes).Launch((rows.Length, 1, 1), Threads, arguments, HistogramBytes);

        nint host = Pinned(resultBytes);
        context.CopyToHost(host, output, resultBytes);
        context.Synchronize();
        ReadOnlySpan<Chosen> chosen = new((void*)host, rows.Length * (1 + mostTop));
        for (int i = 0; i < rows.Length; i++)
        {
            ReadOnlySpan<Chosen> best = chosen.Slice(rows.Length + i * mostTop, Math.Max(0, rows[i].Top));
            TokenLogprob[] top = new TokenLogprob[best.Length];
            for (int n = 0; n < top.Length; n++)
                top[n] = new TokenLogprob(best[n].Token, best[n].Logprob);
            results[i] = new SampledToken(chosen[i].Token, chosen[i].Logprob, top);
        }
    }

    private nint Pinned(long bytes)
    {
        if (bytes > _pinnedBytes)
        {
            if (_pinned != 0)
                context.FreePinned(_pinned);
            (_pinned, _pinnedBytes) = (context.AllocatePinned(2 * bytes), 2 * bytes);
        }
        return _pinned;
    }

    /// <summary>
    /// Token ids of all rows, one list behind the other; the biases come first in it, their values beside them.
    /// </summary>
    internal sealed class TokenLists
    {
        public List<int> Tokens { get; } = [];

        /// <summary>As long as <see cref="Tokens"/> where it holds biases; shorter after the last of them.</summary>
        public List<float> Values { get; } = [];

        public bool HasPenalties { get; private set; }

        /// <summary>Ids outside the vocabulary are left out: they change nothing.</summary>
        public SampleRow Describe(in SamplingRow row, int vocabulary)
        {
            SamplingParams parameters = row.Parameters;
            SampleRow result = new()
            {
                Uniform = Philox.Uniform(row.Seed, (ulong)row.Output.Length),
                Temperature = parameters.Temperature,
                TopP = parameters.TopP,
                MinP = parameters.MinP,
                Frequency = parameters.FrequencyPenalty,
                Presence = parameters.PresencePenalty,
                Repetition = parameters.RepetitionPenalty,
                TopK = parameters.TopK,
                Top = Math.Min(row.TopLogprobs, vocabulary),
                Token = -1,
                Bias = AddBiases(parameters.LogitBias, vocabulary),
            };
            if (row.Output.Length < parameters.MinNewTokens)
                result.Forbidden = Add(vocabulary, [.. row.EndTokens, .. parameters.StopTokens]);
            if (parameters.FrequencyPenalty != 0 || parameters.PresencePenalty != 0)
                result.Output = Add(vocabulary, row.Output.Span);
            if (parameters.RepetitionPenalty != 1)
                result.Seen = Add(vocabulary, row.Prompt.Span, row.Output.Span);
            HasPenalties |= result.Output.Count + result.Seen.Count > 0;
            return result;
        }

        private Range AddBiases(IReadOnlyDictionary<int, float> biases, int vocabulary)
        {
            if (biases.Count == 0)
                return default;
            while (Values.Count < Tokens.Count)
                Values.Add(0);
            int start = Tokens.Count;
            foreach ((int token, float bias) in biases)
            {
                if ((uint)token >= (uint)vocabulary)
                    continue;
                Tokens.Add(token);
                Values.Add(bias);
            }
            return new Range(start, Tokens.Count - start);
        }

        private Range Add(int vocabulary, ReadOnlySpan<int> first, ReadOnlySpan<int> second = default)
        {
            int start = Tokens.Count;
            foreach (int token in first)
            {
                if ((uint)token < (uint)vocabulary)
                    Tokens.Add(token);
            }
            foreach (int token in second)
            {
                if ((uint)token < (uint)vocabulary)
                    Tokens.Add(token);
            }
            return new Range(start, Tokens.Count - start);
        }
    }

    /// <summary>Part of a token list.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct Range(int Start, int Count);

    /// <summary>The kernel's struct of the same name.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct SampleRow
    {
        public double Uniform;
        public float Temperature, TopP, MinP, Frequency, Presence, Repetition;
        public int TopK, Top, Token;
        public Range Bias, Forbidden, Output, Seen;
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Chosen(int Token, float Logprob);

    [StructLayout(LayoutKind.Sequential)]
    private struct SampleArguments
    {
        public nint Logits;
        public ulong Stride;
        public nint Rows, Tokens, Values, Work, Counts, Results, Top;
        public int Vocabulary, MostTop;
    }
}
