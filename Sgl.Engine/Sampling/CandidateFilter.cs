namespace Sgl.Engine.Sampling;

/// <summary>
/// Top-k, top-p and min-p on one set of probabilities. With tokens in descending order of weight (ties by lower id), a
/// token stays when fewer than top_k stand before it, the probability before it is at most top_p, and its own is at
/// least min_p times the best one's. So what stays is a prefix of that order, and finding its last weight needs no
/// sort: a radix select over the bits of the weights, which for positive floats order as the floats do.
/// </summary>
internal sealed class CandidateFilter
{
    private const int DigitBits = 10;
    private const int Buckets = 1 << DigitBits;

    private readonly int[] _counts = new int[Buckets];
    private readonly double[] _masses = new double[Buckets];

    /// <summary>Sets the weights of the tokens that fall to zero.</summary>
    /// <param name="weights">Padded; in [0, 1], the best exactly 1.</param>
    /// <param name="topK">0 or less keeps all.</param>
    public void Apply(Span<float> weights, int topK, float topP, float minP)
    {
        if ((topK <= 0 || topK >= weights.Length) && topP >= 1)
        {
            RowMath.ZeroBelow(weights, minP);
            return;
        }
        (float last, int surplus) = FindLast(weights, topK <= 0 ? int.MaxValue : topK, topP);
        RowMath.ZeroBelow(weights, Math.Max(last, minP));
        if (last < minP)
            return;
        for (int i = weights.Length - 1; surplus > 0; i--)
        {
            if (weights[i] == last)
            {
                weights[i] = 0;
                surplus--;
            }
        }
    }

    /// <summary>The smallest weight that stays, and how many tokens of just that weight fall.</summary>
    private (float Last, int Surplus) FindLast(ReadOnlySpan<float> weights, int topK, float topP)
    {
        double massLimit = double.PositiveInfinity;
        int countAbove = 0;
        double massAbove = 0;
        int prefix = 0;
        // Weights are at most 1 = 0x3F800000, so three digits of ten bits are all there is.
        for (int shift = 2 * DigitBits; shift >= 0; shift -= DigitBits)
        {
            CountDigits(weights, prefix, shift);
            if (shift == 2 * DigitBits && topP < 1)
                massLimit = topP * Total();
            int digit = LastDigit(topK, massLimit, ref countAbove, ref massAbove);
            prefix = (prefix << DigitBits) | digit;
        }
        float last = BitConverter.Int32BitsToSingle(prefix);
        int equal = _counts[prefix & (Buckets - 1)];
        int kept = 0;
        while (kept < equal && countAbove + kept < topK && massAbove + kept * (double)last <= massLimit)
            kept++;
        return (last, equal - kept);
    }

    /// <summary>Counts and sums, by their next digit, the weights whose bits begin with prefix.</summary>
    private void CountDigits(ReadOnlySpan<float> weights, int prefix, int shift)
    {
        Array.Clear(_counts);
        Array.Clear(_masses);
        foreach (float weight in weights)
        {
            int bits = BitConverter.SingleToInt32Bits(weight);
            if (bits == 0 || bits >> (shift + DigitBits) != prefix)
                continue;
            int digit = (bits >> shift) & (Buckets - 1);
            _counts[digit]++;
            _masses[digit] += weight;
        }
    }

    /// <summary>The bucket of the last token that stays; what lies above it is added to the sums.</summary>
    private int LastDigit(int topK, double massLimit, ref int countAbove, ref double massAbove)
    {
        int last = Buckets;
        for (int digit = Buckets - 1; digit >= 0; digit--)
        {
            if (_counts[digit] == 0)
                continue;
            if (last < Buckets)
            {
                countAbove += _counts[last];
                massAbove += _masses[last];
            }
            last = digit;
            if (countAbove + _counts[digit] >= topK || massAbove + _masses[digit] > massLimit)
                break;
        }
        return last;
    }

    private double Total()
    {
        double total = 0;
        foreach (double mass in _masses)
            total += mass;
        return total;
    }
}
