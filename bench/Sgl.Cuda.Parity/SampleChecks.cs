using Sgl.Engine.Requests;
using Sgl.Engine.Sampling;

namespace Sgl.Cuda.Parity;

/// <summary>Draws and log probabilities: the same tokens as the CPU but where a draw falls on a rounding.</summary>
internal static class SampleChecks
{
    private const int Rows = 64;

    public static void Run(Twin twin, Action<string, string, Func<double>, double?> check, int largest)
    {
        foreach (int vocabulary in ((int[])[5, 1000, 32_003, 128_256]).Where(size => size <= largest))
        {
            (string Name, Func<int, SamplingParams> Make)[] kinds =
            [
                ("greedy", _ => new SamplingParams { MaxNewTokens = 9, Temperature = 0 }),
                ("plain", _ => new SamplingParams { MaxNewTokens = 9, Temperature = 0.8f }),
                ("top-k", i => new SamplingParams { MaxNewTokens = 9, TopK = 1 + i }),
                ("top-p", i => new SamplingParams { MaxNewTokens = 9, TopP = (i + 1) / 65f }),
                ("min-p", i => new SamplingParams { MaxNewTokens = 9, MinP = i / 80f }),
                ("all filters", i => new SamplingParams { MaxNewTokens = 9, TopK = 40, TopP = 0.9f, MinP = i / 200f }),
                ("penalties", i => Penalties(i, vocabulary)),
                ("grammar mask", i => i % 2 == 0 ? Penalties(i, vocabulary) : new() { MaxNewTokens = 9, TopP = 0.9f }),
            ];
            foreach ((string name, Func<int, SamplingParams> make) in kinds)
            {
                string shape = $"vocabulary {vocabulary}";
                bool masked = name == "grammar mask";
                check($"sample, {name}", shape, () => Mismatches(twin, vocabulary, make, masked), 2.0 / Rows);
                check("sample, logprobs", shape, () => LogprobError(twin, vocabulary, make, masked), 1e-4);
            }
        }
    }

    private static SamplingParams Penalties(int i, int vocabulary) => new()
    {
        MaxNewTokens = 9,
        MinNewTokens = i % 2 == 0 ? 100 : 0,
        FrequencyPenalty = 0.3f,
        PresencePenalty = i % 3,
        RepetitionPenalty = 1.2f,
        StopTokens = [1, 2, vocabulary + 5],
        LogitBias = new Dictionary<int, float> { [3] = 2, [4] = -100, [vocabulary] = 1 },
        Temperature = i % 4 == 0 ? 0 : 1,
    };

    /// <summary>Part of the rows that chose another token.</summary>
    private static double Mismatches(Twin twin, int vocabulary, Func<int, SamplingParams> make, bool masked)
    {
        (SampledToken[] cpu, SampledToken[] gpu) = Both(twin, vocabulary, make, masked);
        return cpu.Zip(gpu).Count(pair => pair.First.Token != pair.Second.Token) / (double)Rows;
    }

    /// <summary>Largest difference of a log probability; a wrong candidate counts as 1.</summary>
    private static double LogprobError(Twin twin, int vocabulary, Func<int, SamplingParams> make, bool masked)
    {
        (SampledToken[] cpu, SampledToken[] gpu) = Both(twin, vocabulary, make, masked);
        double worst = 0;
        foreach ((SampledToken expected, SampledToken actual) in cpu.Zip(gpu))
        {
            if (expected.Token == actual.Token && !float.IsNaN(expected.Logprob))
                worst = Math.Max(worst, Math.Abs(expected.Logprob - actual.Logprob));
            if (expected.Top.Count != actual.Top.Count)
                return 1;
            foreach ((TokenLogprob e, TokenLogprob a) in expected.Top.Zip(actual.Top))
                worst = Math.Max(worst, e.Token == a.Token ? Math.Abs(e.Logprob - a.Logprob) : 1);
        }
        return worst;
    }

    private static (SampledToken[] Cpu, SampledToken[] Gpu) Both(
        Twin twin, int vocabulary, Func<int, SamplingParams> make, bool masked)
    {
        twin.Begin(AttentionChecks.MakePass(twin.Random, [1], [1], slots: 1));
        Twin.Pair logits = twin.Make(Rows, vocabulary, 3);
        SamplingRow[] rows = [.. Enumerable.Range(0, Rows).Select(i => new SamplingRow(
            make(i), [0, vocabulary / 2], (ulong)twin.Random.NextInt64(), Tokens(twin, i, vocabulary),
            Tokens(twin, 2 * i, vocabulary), i % 4 - 1)
        {
            Allowed = masked && i > 3 ? Mask(twin, vocabulary, i) : null,
        })];
        Func<SampledToken[]> gpu = twin.Cuda.Sample(logits.Gpu, rows);
        return (twin.Cpu.Sample(logits.Cpu, rows)(), gpu());
    }

    /// <summary>The more tokens, the higher the row; the last is never there.</summary>
    private static uint[] Mask(Twin twin, int vocabulary, int row)
    {
        uint[] words = new uint[(vocabulary + 31) / 32];
        for (int token = 0; token < vocabulary - 1; token++)
        {
            if (twin.Random.Next(Rows) < row)
                words[token / 32] |= 1u << (token % 32);
        }
        return words;
    }

    private static int[] Tokens(Twin twin, int count, int vocabulary) =>
        [.. Enumerable.Range(0, count).Select(_ => twin.Random.Next(vocabulary))];
}
