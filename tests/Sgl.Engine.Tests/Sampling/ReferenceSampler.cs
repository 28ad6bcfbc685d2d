using Sgl.Engine.Requests;
using Sgl.Engine.Sampling;

namespace Sgl.Engine.Tests.Sampling;

/// <summary>The obvious version: every step over the whole row, in doubles from softmax on, with a full sort.</summary>
internal static class ReferenceSampler
{
    public static SampledToken Sample(float[] logits, SamplingRow row)
    {
        float[] given = logits.Select(x => float.IsNaN(x) ? float.NegativeInfinity : x).ToArray();
        int token = Choose(Adjust(given, row), row);
        if (row.TopLogprobs < 0)
            return new SampledToken(token, float.NaN, []);

        double[] probabilities = Softmax(given, 1);
        TokenLogprob[] all = probabilities.Select((p, id) => new TokenLogprob(id, (float)Math.Log(p))).ToArray();
        int[] order = Descending(given.Select(x => (double)x).ToArray());
        return new SampledToken(token, all[token].Logprob, order.Take(row.TopLogprobs).Select(id => all[id]).ToArray());
    }

    /// <summary>What the draw is made from: the distribution over the tokens that the filters leave.</summary>
    public static double[] Distribution(float[] logits, SamplingParams parameters)
    {
        // Not divided by their sum, so that equal weights add up to just the part that they are.
        double[] p = Weights(logits, parameters.Temperature);
        double all = p.Sum();
        int[] order = Descending(p);
        double[] kept = new double[p.Length];
        double before = 0;
        for (int rank = 0; rank < order.Length; rank++)
        {
            int id = order[rank];
            bool inTopK = parameters.TopK <= 0 || rank < parameters.TopK;
            bool inTopP = parameters.TopP >= 1 || before <= parameters.TopP * all;
            bool inMinP = p[id] >= parameters.MinP * p[order[0]];
            if (inTopK && inTopP && inMinP)
                kept[id] = p[id];
            before += p[id];
        }
        double total = kept.Sum();
        return kept.Select(x => x / total).ToArray();
    }

    private static int Choose(float[] logits, SamplingRow row)
    {
        if (row.Parameters.Temperature < 1e-6 || logits.Max() == float.NegativeInfinity)
            return Array.IndexOf(logits, logits.Max());

        double[] p = Distribution(logits, row.Parameters);
        double target = Philox.Uniform(row.Seed, (ulong)row.Output.Length);
        double sum = 0;
        for (int id = 0; id < p.Length; id++)
        {
            sum += p[id];
            if (sum > target)
                return id;
        }
        return Array.FindLastIndex(p, x => x > 0);
    }

    private static float[] Adjust(float[] logits, SamplingRow row)
    {
        float[] x = (float[])logits.Clone();
        SamplingParams parameters = row.Parameters;
        foreach ((int id, float bias) in parameters.LogitBias)
            x[id] += bias;
        foreach (IGrouping<int, int> group in row.Output.ToArray().GroupBy(id => id))
            x[group.Key] -= parameters.FrequencyPenalty * group.Count() + parameters.PresencePenalty;
        if (row.Output.Length < parameters.MinNewTokens)
        {
            foreach (int id in row.EndTokens.Concat(parameters.StopTokens))
                x[id] = float.NegativeInfinity;
        }
        foreach (int id in row.Prompt.ToArray().Concat(row.Output.ToArray()).Distinct())
            x[id] = x[id] > 0 ? x[id] / parameters.RepetitionPenalty : x[id] * parameters.RepetitionPenalty;
        return row.Allowed is { } mask ? [.. x.Select((e, id) => IsAllowed(mask, id) ? e : float.NegativeInfinity)] : x;
    }

    private static bool IsAllowed(ReadOnlyMemory<uint> mask, int id) =>
        id / 32 < mask.Length && (mask.Span[id / 32] & (1u << (id % 32))) != 0;

    private static double[] Softmax(float[] logits, float temperature)
    {
        double[] weights = Weights(logits, temperature);
        double sum = weights.Sum();
        return weights.Select(w => w / sum).ToArray();
    }

    /// <summary>Rounded to float as the sampler's are, so that equal weights are equal here too.</summary>
    private static double[] Weights(float[] logits, float temperature)
    {
        float max = logits.Max();
        return logits.Select(x => (double)(float)Math.Exp((x - max) / temperature)).ToArray();
    }

    private static int[] Descending(double[] values) =>
        Enumerable.Range(0, values.Length).OrderByDescending(id => values[id]).ThenBy(id => id).ToArray();
}
