using Sgl.Engine.Sampling;

namespace Sgl.Engine.Tests.Sampling;

public sealed class RowMathTests
{
    [Fact]
    public void Exponentials_are_within_2e_7_and_exactly_one_at_the_maximum()
    {
        float[] x = Enumerable.Range(0, 160_000).Select(i => 3 - i * (86.9f / 160_000)).ToArray();
        float[] weights = (float[])x.Clone();
        RowMath.Exponentiate(weights, 3, 1);
        Assert.Equal(1, weights[0]);
        for (int i = 0; i < x.Length; i++)
        {
            double exact = Math.Exp(x[i] - 3);
            Assert.True(Math.Abs(weights[i] - exact) <= 2e-7 * exact, $"exp({x[i] - 3}) = {exact}, not {weights[i]}");
        }
    }

    [Theory]
    [InlineData(-87.1f)]
    [InlineData(-1e30f)]
    [InlineData(-float.MaxValue)]
    [InlineData(float.NegativeInfinity)]
    public void Exponentials_of_far_smaller_logits_are_zero(float logit)
    {
        float[] row = new float[RowMath.Lanes];
        row[3] = logit;
        RowMath.Exponentiate(row, 0, 1);
        Assert.Equal(0, row[3]);
        Assert.Equal(1, row[4]);
    }

    [Fact]
    public void Copies_are_padded_and_free_of_what_cannot_be_ordered()
    {
        float[] copy = new float[RowMath.PaddedLength(17)];
        float[] row = new float[17];
        (row[2], row[5], row[16]) = (float.NaN, float.PositiveInfinity, 7);
        RowMath.CopyUsable(row, copy);
        Assert.Equal(32, copy.Length);
        Assert.Equal((float.NegativeInfinity, float.MaxValue, 7), (copy[2], copy[5], copy[16]));
        Assert.All(copy[17..], x => Assert.Equal(float.NegativeInfinity, x));
        Assert.Equal(5, RowMath.FirstIndexOf(copy, RowMath.Max(copy)));
    }
}
