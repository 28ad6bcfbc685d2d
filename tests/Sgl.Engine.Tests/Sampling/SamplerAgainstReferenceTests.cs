using Sgl.Engine.Requests;
using Sgl.Engine.Sampling;

namespace Sgl.Engine.Tests.Sampling;

/// <summary>The fast sampler against the obvious one: every combination of parameters, rows of many shapes.</summary>
public sealed class SamplerAgainstReferenceTests
{
    private static readonly float[] _temperatures = [0, 0.3f, 1, 1.7f];
    private static readonly int[] _topKs = [0, 1, 5, 40, 100_000];
    private static readonly float[] _topPs = [1, 0.95f, 0.5f, 0.01f];
    private static readonly float[] _minPs = [0, 0.05f, 0.7f];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(512)]
    [InlineData(1031)]
    public void Every_combination_gives_the_reference_s_token(int vocabulary)
    {
        Random random = new(vocabulary);
        Sampler sampler = new(vocabulary);
        foreach (float spread in new[] { 0f, 1f, 12f })
        {
            foreach (SamplingParams parameters in Combinations(random, vocabulary))
            {
                float[] logits = RandomLogits(random, vocabulary, spread);
                SamplingRow row = RandomRow(random, vocabulary, parameters);
                Assert.Equal(ReferenceSampler.Sample(logits, row).Token, sampler.Sample(logits, row).Token);
            }
        }
    }

    [Theory]
    [InlineData(0, 1f, 0f)]
    [InlineData(50, 1f, 0f)]
    [InlineData(0, 0.9f, 0f)]
    [InlineData(1000, 0.5f, 0.001f)]
    public void A_large_vocabulary_gives_the_reference_s_token(int topK, float topP, float minP)
    {
        const int vocabulary = 128_256;
        Random random = new(5);
        float[] logits = RandomLogits(random, vocabulary, 3);
        SamplingParams parameters = new() { MaxNewTokens = 1, TopK = topK, TopP = topP, MinP = minP };
        SamplingRow row = RandomRow(random, vocabulary, parameters);
        Assert.Equal(ReferenceSampler.Sample(logits, row).Token, new Sampler(vocabulary).Sample(logits, row).Token);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(700)]
    public void Logprobs_are_those_of_the_untouched_logits(int top)
    {
        const int vocabulary = 613;
        Random random = new(top);
        Sampler sampler = new(vocabulary);
        foreach (SamplingParams parameters in Combinations(random, vocabulary).Take(40))
        {
            float[] logits = RandomLogits(random, vocabulary, 4);
            SamplingRow row = RandomRow(random, vocabulary, parameters) with { TopLogprobs = top };
            SampledToken expected = ReferenceSampler.Sample(logits, row);
            AssertSame(expected, sampler.Sample(logits, row));
            AssertSame(expected, sampler.Logprobs(logits, expected.Token, top));
        }
    }

    [Fact]
    public void Logprobs_of_unusable_logits_are_finite_and_least()
    {
        float[] logits = [float.NaN, 0, float.NegativeInfinity, 0];
        SampledToken scored = new Sampler(4).Logprobs(logits, 0, 4);
        Assert.Equal(-9999, scored.Logprob);
        Assert.Equal([1, 3, 0, 2], scored.Top.Select(entry => entry.Token));
        Assert.Equal([MathF.Log(0.5f), MathF.Log(0.5f), -9999, -9999], scored.Top.Select(entry => entry.Logprob));
        Assert.Equal(-9999, new Sampler(2).Logprobs([float.NaN, float.NegativeInfinity], 1, 1).Logprob);
    }

    private static void AssertSame(SampledToken expected, SampledToken actual)
    {
        Assert.Equal(expected.Token, actual.Token);
        Assert.Equal(expected.Logprob, actual.Logprob, 1e-5f);
        Assert.Equal(expected.Top.Select(entry => entry.Token), actual.Top.Select(entry => entry.Token));
        foreach ((TokenLogprob wanted, TokenLogprob got) in expected.Top.Zip(actual.Top))
            Assert.Equal(wanted.Logprob, got.Logprob, 1e-5f);
    }

    private static IEnumerable<SamplingParams> Combinations(Random random, int vocabulary) =>
        from temperature in _temperatures
        from topK in _topKs
        from topP in _topPs
        from minP in _minPs
        select new SamplingParams
        {
            MaxNewTokens = 100,
            Temperature = temperature,
            TopK = topK,
            TopP = topP,
            MinP = minP,
            MinNewTokens = random.Next(2) * 6,
            StopTokens = [random.Next(vocabulary)],
            FrequencyPenalty = random.Next(2) * 0.7f,
            PresencePenalty = random.Next(2) * -0.4f,
            RepetitionPenalty = 1 + random.Next(2) * 0.2f,
            LogitBias = Enumerable.Range(0, random.Next(2)).ToDictionary(_ => random.Next(vocabulary), _ => 3f),
        };

    /// <summary>A quarter of them rounded to halves, so that many are equal; a spread of 0 makes all equal.</summary>
    private static float[] RandomLogits(Random random, int vocabulary, float spread) => Enumerable.Range(0, vocabulary)
        .Select(_ => spread * random.NextSingle())
        .Select(x => random.Next(4) == 0 ? MathF.Round(2 * x) / 2 : x)
        .ToArray();

    private static SamplingRow RandomRow(Random random, int vocabulary, SamplingParams parameters) => new(
        parameters,
        [random.Next(vocabulary)],
        (ulong)random.NextInt64(),
        RandomTokens(random, vocabulary),
        RandomTokens(random, vocabulary),
        TopLogprobs: -1)
    {
        Allowed = random.Next(2) == 0 ? null : RandomMask(random, vocabulary),
    };

    /// <summary>Of half, all or hardly any tokens; sometimes too short.</summary>
    private static uint[] RandomMask(Random random, int vocabulary) => random.Next(4) switch
    {
        0 => [.. Enumerable.Repeat(uint.MaxValue, (vocabulary + 31) / 32)],
        1 => [Bits(random)],
        2 => [.. Enumerable.Range(0, (vocabulary + 31) / 32).Select(_ => Bits(random) & Bits(random) & Bits(random))],
        _ => [.. Enumerable.Range(0, (vocabulary + 31) / 32).Select(_ => Bits(random))],
    };

    private static uint Bits(Random random) => (uint)random.NextInt64(1L << 32);

    private static int[] RandomTokens(Random random, int vocabulary) =>
        Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(vocabulary)).ToArray();
}
