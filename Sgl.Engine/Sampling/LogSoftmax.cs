using Sgl.Engine.Requests;

namespace Sgl.Engine.Sampling;

/// <summary>Log probabilities under the softmax of one row of logits (see <see cref="RowMath.Usable"/>).</summary>
internal readonly struct LogSoftmax
{
    /// <summary>Stands for all that is less likely, -inf included, which JSON cannot say.</summary>
    private const float Least = -9999;

    private readonly double _logOfSum;

    /// <param name="logits">Padded.</param>
    public LogSoftmax(Span<float> logits)
    {
        float max = RowMath.Max(logits);
        _logOfSum = float.IsNegativeInfinity(max) ? 0 : max + Math.Log(RowMath.SumOfExponentials(logits, max));
    }

    public float Logprob(float logit) => Math.Max((float)(logit - _logOfSum), Least);

    /// <summary>The <paramref name="count"/> best tokens, likeliest first, ties by lower id.</summary>
    public TokenLogprob[] Top(ReadOnlySpan<float> logits, int count)
    {
        count = Math.Min(count, logits.Length);
        if (count <= 0)
            return [];
        // Candidates gather in a buffer twice the size; when it is full it is sorted and its lower half forgotten.
        TokenLogprob[] best = new TokenLogprob[2 * count];
        int gathered = 0;
        bool full = false;
        float bound = 0;
        for (int token = 0; token < logits.Length; token++)
        {
            // A token that only equals the worst of the best comes after it, by its id.
            if (full && logits[token] <= bound)
                continue;
            best[gathered++] = new TokenLogprob(token, logits[token]);
            if (gathered < best.Length)
                continue;
            Array.Sort(best, LikelierFirst);
            gathered = count;
            full = true;
            bound = best[count - 1].Logprob;
        }
        best.AsSpan(0, gathered).Sort(LikelierFirst);
        TokenLogprob[] top = best[..count];
        foreach (ref TokenLogprob entry in top.AsSpan())
            entry = entry with { Logprob = Logprob(entry.Logprob) };
        return top;
    }

    private static int LikelierFirst(TokenLogprob a, TokenLogprob b)
    {
        int order = b.Logprob.CompareTo(a.Logprob);
        return order != 0 ? order : a.Token.CompareTo(b.Token);
    }
}
