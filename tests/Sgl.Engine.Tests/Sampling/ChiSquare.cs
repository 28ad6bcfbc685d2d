namespace Sgl.Engine.Tests.Sampling;

/// <summary>Pearson's test of fit. Draws come from fixed seeds, so a verdict is the same every time.</summary>
internal static class ChiSquare
{
    /// <summary>Fails when draws from such a distribution would be this far off less than once in 30,000.</summary>
    public static void AssertFits(IReadOnlyList<double> probabilities, IEnumerable<int> draws)
    {
        int[] counts = new int[probabilities.Count];
        int total = 0;
        foreach (int draw in draws)
        {
            counts[draw]++;
            total++;
        }

        double statistic = 0;
        int freedom = -1;
        for (int i = 0; i < counts.Length; i++)
        {
            if (probabilities[i] == 0)
            {
                Assert.True(counts[i] == 0, $"{i} was drawn {counts[i]} times; its probability is zero.");
                continue;
            }
            double expected = probabilities[i] * total;
            Assert.True(expected >= 5, $"{i} is expected {expected:F1} times: too few for the test to mean anything.");
            statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
            freedom++;
        }
        // Wilson and Hilferty: the cube root of a chi-square over its freedom is nearly normal; 4 deviations.
        double spread = 2.0 / (9 * freedom);
        double bound = freedom * Math.Pow(1 - spread + 4 * Math.Sqrt(spread), 3);
        Assert.True(statistic <= bound, $"Chi-square is {statistic:F1}, above {bound:F1}: {string.Join(' ', counts)}");
    }
}
