using Sgl.Engine.Requests;
using Sgl.Engine.Sampling;

namespace Sgl.Engine.Tests.Sampling;

public sealed class SamplerTests
{
    private static readonly double[] _fourProbabilities = [0.2, 0.4, 0.1, 0.3];
    private static readonly float[] _fourLogits = _fourProbabilities.Select(p => (float)Math.Log(p)).ToArray();
    private static readonly SamplingParams _plain = new() { MaxNewTokens = 100 };
    private static readonly SamplingParams _greedy = _plain with { Temperature = 0 };

    [Fact]
    public void Temperature_one_draws_from_the_model_s_distribution() =>
        ChiSquare.AssertFits(_fourProbabilities, Draws(_fourLogits, _plain, 20_000));

    [Theory]
    [InlineData(0.5f)]
    [InlineData(2f)]
    public void Temperature_is_an_exponent(float temperature)
    {
        double[] powers = _fourProbabilities.Select(p => Math.Pow(p, 1 / temperature)).ToArray();
        IEnumerable<int> draws = Draws(_fourLogits, _plain with { Temperature = temperature }, 20_000);
        ChiSquare.AssertFits(powers.Select(p => p / powers.Sum()).ToArray(), draws);
    }

    [Fact]
    public void Top_k_keeps_the_best_k_and_renormalises() =>
        ChiSquare.AssertFits([0, 4 / 7.0, 0, 3 / 7.0], Draws(_fourLogits, _plain with { TopK = 2 }, 10_000));

    /// <summary>Before the third stands 0.7, which is not above 0.75; before the fourth 0.9, which is.</summary>
    [Fact]
    public void Top_p_keeps_what_has_at_most_p_before_it() =>
        ChiSquare.AssertFits([2 / 9.0, 4 / 9.0, 0, 3 / 9.0], Draws(_fourLogits, _plain with { TopP = 0.75f }, 10_000));

    [Fact]
    public void Min_p_is_relative_to_the_best() =>
        ChiSquare.AssertFits([0, 4 / 7.0, 0, 3 / 7.0], Draws(_fourLogits, _plain with { MinP = 0.6f }, 10_000));

    /// <summary>Renormalised after top_k = 2, the best has 0.57 and p = 0.5 would leave it alone; it has 0.4.</summary>
    [Fact]
    public void Filters_look_at_the_same_probabilities() => ChiSquare.AssertFits(
        [0, 4 / 7.0, 0, 3 / 7.0], Draws(_fourLogits, _plain with { TopK = 2, TopP = 0.5f }, 10_000));

    [Fact]
    public void Filters_break_ties_by_lower_id()
    {
        float[] equal = new float[40];
        Assert.Equal([0, 1, 2], Draws(equal, _plain with { TopK = 3 }, 500).Distinct().Order());
        Assert.Equal([0, 1, 2, 3, 4], Draws(equal, _plain with { TopP = 0.11f }, 500).Distinct().Order());
        Assert.Equal(40, Draws(equal, _plain with { MinP = 1 }, 2000).Distinct().Count());
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(9e-7f)]
    public void No_temperature_is_greedy_and_takes_the_lowest_of_equals(float temperature)
    {
        float[] logits = new float[50];
        (logits[17], logits[33]) = (2.5f, 2.5f);
        Assert.Equal([17], Draws(logits, _plain with { Temperature = temperature }, 20).Distinct());
    }

    [Fact]
    public void Logit_bias_comes_before_greedy_choice_and_distribution()
    {
        Assert.Equal(2, Draw(_fourLogits, _greedy with { LogitBias = new Dictionary<int, float> { [2] = 5 } }));
        Dictionary<int, float> bias = Enumerable.Range(0, 4).ToDictionary(id => id, id => _fourLogits[id]);
        ChiSquare.AssertFits(_fourProbabilities, Draws(new float[4], _plain with { LogitBias = bias }, 10_000));
    }

    [Fact]
    public void Frequency_counts_occurrences_in_the_output_and_presence_does_not()
    {
        float[] logits = [3, 2.5f, 0, 0];
        Assert.Equal(0, Draw(logits, _greedy with { FrequencyPenalty = 0.4f }, prompt: [0, 0, 0, 0], output: [0]));
        Assert.Equal(1, Draw(logits, _greedy with { FrequencyPenalty = 0.4f }, output: [0, 0]));
        Assert.Equal(0, Draw(logits, _greedy with { PresencePenalty = 0.4f }, output: [0, 0]));
        Assert.Equal(1, Draw(logits, _greedy with { PresencePenalty = 0.6f }, output: [0]));
        Assert.Equal(1, Draw(logits, _greedy with { PresencePenalty = 0.2f, FrequencyPenalty = 0.4f }, output: [0]));
    }

    [Fact]
    public void Repetition_divides_positive_and_multiplies_negative_logits_once_over_prompt_and_output()
    {
        Assert.Equal(1, Draw([3, 2.5f, 0], _greedy with { RepetitionPenalty = 1.3f }, prompt: [0]));
        Assert.Equal(0, Draw([3, 2.5f, 0], _greedy with { RepetitionPenalty = 1.15f }, prompt: [0, 0], output: [0]));
        Assert.Equal(1, Draw([-2, -2.5f, -9], _greedy with { RepetitionPenalty = 1.3f }, output: [0]));
        Assert.Equal(1, Draw([2, 2.5f, 0], _greedy with { RepetitionPenalty = 1.3f }, output: [0, 1]));
    }

    /// <summary>(1 - 0.5) / 2 = 0.25 beats 0.2; divided first, 1 / 2 - 0.5 = 0 would not.</summary>
    [Fact]
    public void Repetition_comes_after_bias_and_the_other_penalties()
    {
        SamplingParams penalized = _greedy with { RepetitionPenalty = 2, PresencePenalty = 0.5f };
        Assert.Equal(0, Draw([1, 0.2f], penalized, output: [0]));
        Dictionary<int, float> bias = new() { [0] = -0.5f };
        Assert.Equal(0, Draw([1, 0.2f], _greedy with { RepetitionPenalty = 2, LogitBias = bias }, prompt: [0]));
    }

    [Fact]
    public void End_and_stop_tokens_cannot_be_drawn_below_min_new_tokens()
    {
        Dictionary<int, float> bias = new() { [1] = 99 };
        SamplingParams parameters = _plain with { MinNewTokens = 2, StopTokens = [3], LogitBias = bias };
        for (ulong seed = 0; seed < 200; seed++)
            Assert.Contains(Draw(_fourLogits, parameters, seed, output: [0]), new[] { 0, 2 });
        Assert.Equal(1, Draw(_fourLogits, parameters, output: [0, 0]));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1f)]
    public void Only_what_a_mask_allows_is_chosen_whatever_the_bias(float temperature)
    {
        float[] logits = [.. Enumerable.Range(0, 40).Select(i => i / 10f)];
        Dictionary<int, float> bias = new() { [39] = 99 };
        SamplingParams parameters = _plain with { Temperature = temperature, LogitBias = bias };
        Sampler sampler = new(40);
        for (ulong seed = 0; seed < 200; seed++)
        {
            SamplingRow row = Row(parameters, seed) with { Allowed = (uint[])[1u << 3 | 1u << 31, 1u << 2] };
            Assert.Contains(sampler.Sample(logits, row).Token, temperature == 0 ? [34] : new[] { 3, 31, 34 });
            Assert.Equal(0, sampler.Sample(logits, row with { Allowed = (uint[])[] }).Token);
        }
    }

    [Fact]
    public void Ids_outside_the_vocabulary_change_nothing()
    {
        int[] strange = [-1, 4, int.MaxValue, int.MinValue];
        SamplingParams parameters = _plain with
        {
            MinNewTokens = 100,
            StopTokens = strange,
            FrequencyPenalty = 1,
            RepetitionPenalty = 2,
            LogitBias = strange.ToDictionary(id => id, _ => 5f),
        };
        SamplingRow row = new(parameters, strange, Seed: 1, strange, strange, TopLogprobs: -1);
        int expected = new Sampler(4).Sample(_fourLogits, row with { Parameters = _plain }).Token;
        Assert.Equal(expected, new Sampler(4).Sample(_fourLogits, row).Token);
    }

    [Fact]
    public void A_draw_depends_on_seed_and_position_only()
    {
        int[] once = Draws(_fourLogits, _plain, 200).ToArray();
        Assert.Equal(once, Draws(_fourLogits, _plain, 200));
        Assert.NotEqual(once, Draws(_fourLogits, _plain, 200, seed: 43));

        Sampler used = new(4);
        SamplingParams other = _plain with { FrequencyPenalty = 1, RepetitionPenalty = 2, TopK = 1 };
        used.Sample([9, 0, 0, 0], Row(other, output: [0, 1]));
        for (int i = 0; i < once.Length; i++)
            Assert.Equal(once[i], used.Sample(_fourLogits, Row(_plain, output: new int[i])).Token);
    }

    [Fact]
    public void The_logits_are_left_as_they_were()
    {
        float[] logits = (float[])_fourLogits.Clone();
        SamplingParams parameters = _plain with { TopK = 2, RepetitionPenalty = 2 };
        new Sampler(4).Sample(logits, Row(parameters, prompt: [1]) with { TopLogprobs = 2 });
        Assert.Equal(_fourLogits, logits);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1f)]
    public void Nan_is_never_chosen_and_infinity_always(float temperature)
    {
        SamplingParams parameters = _plain with { Temperature = temperature };
        Assert.Equal([2], Draws([float.NaN, float.NegativeInfinity, -5, float.NaN], parameters, 50).Distinct());
        Assert.Equal([1], Draws([float.NaN, float.PositiveInfinity, 50, 0], parameters, 50).Distinct());
        Assert.Equal([0], Draws([float.NaN, float.NegativeInfinity, float.NaN], parameters, 50).Distinct());
    }

    [Fact]
    public void Extreme_logits_and_temperatures_stay_in_range()
    {
        SamplingParams cold = _plain with { Temperature = 2e-6f };
        Assert.Equal([1], Draws([-float.MaxValue, float.MaxValue, 0], cold, 50).Distinct());
        SamplingParams hot = _plain with { Temperature = float.MaxValue };
        Assert.Equal([0, 1, 2], Draws([-1e4f, 1e4f, 0], hot, 200).Distinct().Order());
        SamplingParams everything = _plain with { RepetitionPenalty = 0.01f, TopP = 1e-6f, TopK = 3, MinP = 1 };
        Assert.Equal([1], Draws([0, float.MaxValue, 3], everything, 50, prompt: [1, 2]).Distinct());
    }

    private static IEnumerable<int> Draws(
        float[] logits, SamplingParams parameters, int count, ulong seed = 42, int[]? prompt = null)
    {
        Sampler sampler = new(logits.Length);
        ReadOnlyMemory<int> output = new int[count];
        for (int i = 0; i < count; i++)
            yield return sampler.Sample(logits, Row(parameters, seed, prompt) with { Output = output[..i] }).Token;
    }

    private static int Draw(
        float[] logits, SamplingParams parameters, ulong seed = 42, int[]? prompt = null, int[]? output = null) =>
        new Sampler(logits.Length).Sample(logits, Row(parameters, seed, prompt, output)).Token;

    private static SamplingRow Row(
        SamplingParams parameters, ulong seed = 42, int[]? prompt = null, int[]? output = null) =>
        new(parameters, [1], seed, prompt, output, TopLogprobs: -1);
}
