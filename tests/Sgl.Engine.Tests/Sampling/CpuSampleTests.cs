using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;
using Sgl.Engine.Requests;
using Sgl.Engine.Sampling;

namespace Sgl.Engine.Tests.Sampling;

public sealed class CpuSampleTests
{
    private const int Vocabulary = 333;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public unsafe void A_row_gives_the_same_alone_and_among_others_on_any_number_of_threads(int threads)
    {
        Random random = new(1);
        float[] logits = Enumerable.Range(0, 9 * Vocabulary).Select(_ => 4 * random.NextSingle()).ToArray();
        SamplingRow[] rows = Enumerable.Range(0, 9).Select(i => new SamplingRow(
            new SamplingParams { MaxNewTokens = 5, TopK = 30 * (i % 2), TopP = 0.9f, FrequencyPenalty = i % 3 },
            [], (ulong)i, new int[] { i }, new int[] { i, i, 2 }, TopLogprobs: i - 2)).ToArray();

        using CpuOps ops = new(threads);
        SampledToken[] together, scores;
        fixed (float* address = logits)
        {
            Tensor all = new((nint)address, DataType.Float32, 9, Vocabulary);
            together = ops.Sample(all, rows)();
            int[] tokens = together.Select(sampled => sampled.Token).ToArray();
            scores = ops.Logprobs(all, tokens, Enumerable.Repeat(2, 9).ToArray())();
        }

        Sampler alone = new(Vocabulary);
        for (int i = 0; i < 9; i++)
        {
            float[] row = logits[(i * Vocabulary)..((i + 1) * Vocabulary)];
            AssertEqual(alone.Sample(row, rows[i]), together[i]);
            AssertEqual(alone.Logprobs(row, together[i].Token, 2), scores[i]);
        }
    }

    private static void AssertEqual(SampledToken expected, SampledToken actual)
    {
        Assert.Equal((expected.Token, expected.Logprob), (actual.Token, actual.Logprob));
        Assert.Equal(expected.Top, actual.Top);
    }
}
