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

    /// <summary>More rows than one grid takes.</summary>
    private const int MostRows = 1 << 16;

    private readonly KernelModule _module = library.Get("Sample");
    private readonly StepArena _work = new(context.Allocate, context.Free, 1 << 20);
    private readonly Stack<Reply> _replies = [];

    /// <summary>
    /// What was drawn last, on the device, where <see cref="Pass.Drawn"/> tokens are looked up.
    /// </summary>
    public nint Drawn { get; } = context.Allocate((long)MostRows * sizeof(Chosen));

    /// <summary>Rows of them.</summary>
    public int DrawnCount { get; private set; }

    public Func<SampledToken[]> Run(Tensor logits, ReadOnlySpan<SamplingRow> rows)
    {
        TokenLists lists = new();
        SampleRow[] list = new SampleRow[rows.Length];
        for (int i = 0; i < rows.Length; i++)
            list[i] = lists.Describe(rows[i], logits.Columns);
        (nint output, Func<SampledToken[]> results) = Run(logits, list, lists);
        // Not before this kernel is done: it may look up what was drawn before.
        context.CopyOnDevice(Drawn, output, (long)rows.Length * sizeof(Chosen));
        DrawnCount = rows.Length;
        return results;
    }

    public Func<SampledToken[]> Logprobs(Tensor logits, ReadOnlySpan<int> tokens, ReadOnlySpan<int> top)
    {
        SampleRow[] list = new SampleRow[tokens.Length];
        for (int i = 0; i < tokens.Length; i++)
            list[i] = new SampleRow { Token = tokens[i], Top = Math.Min(top[i], logits.Columns) };
        return Run(logits, list, new TokenLists()).Results;
    }

    public void Dispose()
    {
        _work.Dispose();
        foreach (Reply reply in _replies)
            reply.Dispose();
        _replies.Clear();
        context.Free(Drawn);
    }

    private (nint Output, Func<SampledToken[]> Results) Run(Tensor logits, SampleRow[] rows, TokenLists lists)
    {
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
            Allowed = uploads.Add<uint>(CollectionsMarshal.AsSpan(lists.Allowed)),
            Drawn = Drawn,
            Work = _work.Take(cells * sizeof(float)),
            Counts = lists.HasPenalties ? _work.Take(cells * sizeof(int)) : 0,
            Results = output,
            Top = output + rows.Length * sizeof(Chosen),
            Vocabulary = logits.Columns,
            MostTop = mostTop,
        };
        uploads.Flush();
        _module.Get("sample", HistogramBytes).Launch((rows.Length, 1, 1), Threads, arguments, HistogramBytes);

        int[] tops = [.. rows.Select(row => Math.Max(0, row.Top))];
        Reply reply = _replies.TryPop(out Reply? free) ? free : new Reply(context);
        reply.Fetch(output, resultBytes);
        return (output, () =>
        {
            SampledToken[] results = Read(reply.Collect(), tops, mostTop);
            _replies.Push(reply);
            return results;
        }
        );
    }

    private static SampledToken[] Read(nint host, int[] tops, int mostTop)
    {
        SampledToken[] results = new SampledToken[tops.Length];
        ReadOnlySpan<Chosen> chosen = new((void*)host, tops.Length * (1 + mostTop));
        for (int i = 0; i < tops.Length; i++)
        {
            ReadOnlySpan<Chosen> best = chosen.Slice(tops.Length + i * mostTop, tops[i]);
            TokenLogprob[] top = new TokenLogprob[best.Length];
            for (int n = 0; n < top.Length; n++)
                top[n] = new TokenLogprob(best[n].Token, best[n].Logprob);
            results[i] = new SampledToken(chosen[i].Token, chosen[i].Logprob, top);
        }
        return results;
    }

    /// <summary>
    /// Token ids of all rows, one list behind the other; the biases come first in it, their values beside them.
    /// </summary>
    internal sealed class TokenLists
    {
        public List<int> Tokens { get; } = [];

        /// <summary>As long as <see cref="Tokens"/> where it holds biases; shorter after the last of them.</summary>
        public List<float> Values { get; } = [];

        /// <summary>Masks of tokens, each as many words as the vocabulary takes.</summary>
        public List<uint> Allowed { get; } = [];

        public bool HasPenalties { get; private set; }

        /// <summary>Ids beyond the vocabulary are left out: they change nothing.</summary>
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
                Allowed = row.Allowed is { } allowed ? AddMask(allowed.Span, (vocabulary + 31) / 32) : default,
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

        private Range AddMask(ReadOnlySpan<uint> mask, int words)
        {
            int start = Allowed.Count;
            Allowed.AddRange(mask[..Math.Min(mask.Length, words)]);
            while (Allowed.Count < start + words)
                Allowed.Add(0);
            return new Range(start, words);
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
                if (token < vocabulary)
                    Tokens.Add(token);
            }
            foreach (int token in second)
            {
                if (token < vocabulary)
                    Tokens.Add(token);
            }
            return new Range(start, Tokens.Count - start);
        }
    }

    /// <summary>Results on their way to the host.</summary>
    private sealed class Reply(CudaContext context) : IDisposable
    {
        private readonly CudaEvent _arrived = new(context);
        private nint _host;
        private long _bytes;

        public void Fetch(nint device, long bytes)
        {
            if (bytes > _bytes)
            {
                if (_host != 0)
                    context.FreePinned(_host);
                (_host, _bytes) = (context.AllocatePinned(2 * bytes), 2 * bytes);
            }
            context.CopyToHost(_host, device, bytes);
            _arrived.Record();
        }

        public nint Collect()
        {
            _arrived.Synchronize();
            return _host;
        }

        public void Dispose()
        {
            _arrived.Dispose();
            if (_host != 0)
                context.FreePinned(_host);
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
        public Range Bias, Forbidden, Output, Seen, Allowed;
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Chosen(int Token, float Logprob);

    [StructLayout(LayoutKind.Sequential)]
    private struct SampleArguments
    {
        public nint Logits;
        public ulong Stride;
        public nint Rows, Tokens, Values, Allowed, Drawn, Work, Counts, Results, Top;
        public int Vocabulary, MostTop;
    }
}
