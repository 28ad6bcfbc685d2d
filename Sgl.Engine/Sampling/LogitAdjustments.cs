using Sgl.Engine.Requests;

namespace Sgl.Engine.Sampling;

/// <summary>
/// What a request changes in the logits before temperature. Ids outside the vocabulary change nothing.
/// </summary>
internal static class LogitAdjustments
{
    /// <param name="logits">
    /// [vocabulary], changed in place; they stay usable (see <see cref="RowMath.Usable"/>).
    /// </param>
    /// <param name="counts">[vocabulary], zero before and after.</param>
    public static void Apply(Span<float> logits, in SamplingRow row, Span<int> counts)
    {
        SamplingParams parameters = row.Parameters;
        foreach ((int token, float bias) in parameters.LogitBias)
        {
            if ((uint)token < (uint)logits.Length)
                logits[token] = RowMath.Usable(logits[token] + bias);
        }
        if (parameters.FrequencyPenalty != 0 || parameters.PresencePenalty != 0)
            Penalize(logits, parameters.FrequencyPenalty, parameters.PresencePenalty, row.Output.Span, counts);
        if (row.Output.Length < parameters.MinNewTokens)
        {
            Forbid(logits, row.EndTokens);
            Forbid(logits, parameters.StopTokens);
        }
        if (parameters.RepetitionPenalty != 1)
        {
            PenalizeRepetition(logits, parameters.RepetitionPenalty, row.Prompt.Span, counts);
            PenalizeRepetition(logits, parameters.RepetitionPenalty, row.Output.Span, counts);
            Clear(counts, row.Prompt.Span);
            Clear(counts, row.Output.Span);
        }
        if (row.Allowed is { } allowed)
            ForbidAllBut(logits, allowed.Span);
    }

    private static void Penalize(
        Span<float> logits, float frequency, float presence, ReadOnlySpan<int> output, Span<int> counts)
    {
        foreach (int token in output)
        {
            if ((uint)token < (uint)counts.Length)
                counts[token]++;
        }
        foreach (int token in output)
        {
            if ((uint)token >= (uint)counts.Length || counts[token] == 0)
                continue;
            logits[token] = RowMath.Usable(logits[token] - (frequency * counts[token] + presence));
            counts[token] = 0;
        }
    }

    private static void Forbid(Span<float> logits, IReadOnlyList<int> tokens)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            if ((uint)tokens[i] < (uint)logits.Length)
                logits[tokens[i]] = float.NegativeInfinity;
        }
    }

    private static void ForbidAllBut(Span<float> logits, ReadOnlySpan<uint> allowed)
    {
        for (int start = 0; start < logits.Length; start += 32)
        {
            uint word = start / 32 < allowed.Length ? allowed[start / 32] : 0;
            int end = Math.Min(start + 32, logits.Length);
            for (int token = start; word != uint.MaxValue && token < end; token++)
            {
                if ((word >> (token % 32) & 1) == 0)
                    logits[token] = float.NegativeInfinity;
            }
        }
    }

    private static void PenalizeRepetition(
        Span<float> logits, float penalty, ReadOnlySpan<int> tokens, Span<int> counts)
    {
        foreach (int token in tokens)
        {
            if ((uint)token >= (uint)counts.Length || counts[token]++ != 0)
                continue;
            float logit = logits[token];
            logits[token] = RowMath.Usable(logit > 0 ? logit / penalty : logit * penalty);
        }
    }

    private static void Clear(Span<int> counts, ReadOnlySpan<int> tokens)
    {
        foreach (int token in tokens)
        {
            if ((uint)token < (uint)counts.Length)
                counts[token] = 0;
        }
    }
}
