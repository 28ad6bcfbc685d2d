using Sgl.Engine.Requests;

namespace Sgl.Engine.Sampling;

/// <summary>
/// Chooses tokens on the CPU. The choice is a pure function of one row of logits and its <see cref="SamplingRow"/>:
/// neither neighbours nor threads nor earlier draws touch it. A NaN logit counts as -inf and +inf as the largest float;
/// a row in which nothing is above -inf gives token 0. Not for two threads at once: it owns the buffers of a row.
/// </summary>
/// <param name="vocabulary">Length of every row.</param>
internal sealed class Sampler(int vocabulary)
{
    /// <summary>Below it, temperature means greedy.</summary>
    public const float GreedyBelow = 1e-6f;

    /// <summary>A draw finds its block by sums, then its token by walking.</summary>
    private const int BlockSize = 512;

    private readonly float[] _row = new float[RowMath.PaddedLength(vocabulary)];
    private readonly int[] _counts = new int[vocabulary];
    private readonly double[] _blockSums = new double[(vocabulary + BlockSize - 1) / BlockSize];
    private readonly CandidateFilter _filter = new();

    public int Vocabulary => vocabulary;

    /// <summary>
    /// Draws by inverting the cumulative distribution over the tokens that the filters left, in order of id, at
    /// Philox(seed, length of the output). Logprobs are of the logits as given.
    /// </summary>
    /// <param name="logits">[vocabulary], not changed.</param>
    public SampledToken Sample(ReadOnlySpan<float> logits, in SamplingRow row)
    {
        RowMath.CopyUsable(logits, _row);
        if (row.TopLogprobs < 0)
            return new SampledToken(Choose(row), float.NaN, []);

        LogSoftmax distribution = new(_row);
        TokenLogprob[] top = distribution.Top(_row.AsSpan(0, vocabulary), row.TopLogprobs);
        int token = Choose(row);
        return new SampledToken(token, distribution.Logprob(RowMath.Usable(logits[token])), top);
    }

    /// <summary>The log probabilities of a token and of the <paramref name="top"/> best, without a draw.</summary>
    /// <param name="logits">[vocabulary], not changed.</param>
    public SampledToken Logprobs(ReadOnlySpan<float> logits, int token, int top)
    {
        RowMath.CopyUsable(logits, _row);
        LogSoftmax distribution = new(_row);
        TokenLogprob[] best = distribution.Top(_row.AsSpan(0, vocabulary), top);
        return new SampledToken(token, distribution.Logprob(_row[token]), best);
    }

    private int Choose(in SamplingRow row)
    {
        SamplingParams parameters = row.Parameters;
        LogitAdjustments.Apply(_row.AsSpan(0, vocabulary), row, _counts);
        float max = RowMath.Max(_row);
        if (parameters.Temperature < GreedyBelow || float.IsNegativeInfinity(max))
            return RowMath.FirstIndexOf(_row, max);

        RowMath.Exponentiate(_row, max, parameters.Temperature);
        if (parameters.TopK > 0 || parameters.TopP < 1 || parameters.MinP > 0)
            _filter.Apply(_row, parameters.TopK, parameters.TopP, parameters.MinP);
        return Draw(Philox.Uniform(row.Seed, (ulong)row.Output.Length));
    }

    /// <summary>The first token at which the sum of weights exceeds uniform * total.</summary>
    private int Draw(double uniform)
    {
        double total = 0;
        for (int b = 0; b < _blockSums.Length; b++)
        {
            int start = b * BlockSize;
            _blockSums[b] = RowMath.Sum(_row.AsSpan(start, Math.Min(BlockSize, _row.Length - start)));
            total += _blockSums[b];
        }

        double target = uniform * total;
        double before = 0, after = 0;
        int block = 0;
        for (int b = 0; b < _blockSums.Length && after <= target; b++)
        {
            if (_blockSums[b] == 0)
                continue;
            (block, before) = (b, after);
            after += _blockSums[b];
        }

        // Rounding may leave the target just beyond the block's end: then its last token with any weight is meant.
        int token = 0;
        int end = Math.Min((block + 1) * BlockSize, _row.Length);
        for (int i = block * BlockSize; i < end && before <= target; i++)
        {
            if (_row[i] == 0)
                continue;
            token = i;
            before += _row[i];
        }
        return token;
    }
}
