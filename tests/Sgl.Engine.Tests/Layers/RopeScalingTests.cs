using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Requests;

namespace Sgl.Engine.Tests.Layers;

/// <summary>Against values worked out by hand, for heads of 8 elements.</summary>
public sealed class RopeScalingTests
{
    [Fact]
    public void DefaultIsAPowerOfTheta() => AssertFrequencies(
        [1, 0.1, 0.01, 0.001], RopeScaling.Frequencies(new() { Theta = 10000 }, headDim: 8));

    [Fact]
    public void APartOfTheHeadMayRotate()
    {
        RopeFrequencies frequencies = RopeScaling.Frequencies(
            new() { Theta = 100, PartialRotaryFactor = 0.5 }, headDim: 8);
        Assert.Equal(4, frequencies.RotaryDim);
        AssertFrequencies([1, 0.1], frequencies);
    }

    [Fact]
    public void LinearDividesEveryFrequency() => AssertFrequencies(
        [0.25, 0.025, 0.0025, 0.00025],
        RopeScaling.Frequencies(new() { Type = "linear", Theta = 10000, Factor = 4 }, headDim: 8));

    [Fact]
    public void LongropeHasFactorsForShortAndForLongSequences()
    {
        RopeFrequencies frequencies = RopeScaling.Frequencies(
            new()
            {
                Type = "longrope",
                Theta = 10000,
                OriginalContext = 16,
                Factor = 4,
                AttentionFactor = 1.5,
                ShortFactors = [1, 2, 1, 1],
                LongFactors = [1, 2, 4, 5],
            },
            headDim: 8);
        Assert.Equal([1, 0.05, 0.01, 0.001], frequencies.ForLength(16).Select(f => Math.Round(f, 12)));
        Assert.Equal([1, 0.05, 0.0025, 0.0002], frequencies.ForLength(17).Select(f => Math.Round(f, 12)));
        Assert.Equal(1.5f, frequencies.Scale);
        Assert.Equal([0, 0, 17, 17], new[] { 1, 16, 17, 99 }.Select(frequencies.Sharing.SpaceOf));
    }

    [Fact]
    public void LongropesFactorsAreOneForEachPair() => Assert.Contains(
        "longrope has 3 factors; expected 4",
        Assert.Throws<UserErrorException>(() => RopeScaling.Frequencies(
            new() { Type = "longrope", ShortFactors = [1, 1, 1], LongFactors = [1, 1, 1, 1] }, headDim: 8)).Message);

    /// <summary>
    /// Wavelengths 6.3, 25.1, 100.5 and 402.1: those below 256 / 4 are kept, those above 256 / 1 divided by 8, and the
    /// one between turns 2.5465 times over the original context, so that (2.5465 - 1) / 3 = 0.51549 of it is kept.
    /// </summary>
    [Fact]
    public void Llama3ScalesLongWavelengths() => AssertFrequencies(
        [1, 0.25, 0.0360034, 0.001953125],
        RopeScaling.Frequencies(
            new()
            {
                Type = "llama3",
                Theta = 256,
                Factor = 8,
                LowFrequencyFactor = 1,
                HighFrequencyFactor = 4,
                OriginalContext = 256,
            },
            headDim: 8));

    /// <summary>The ramp runs from dimension floor(-0.50) to ceil(1.01), that is from 0 to 2.</summary>
    [Fact]
    public void YarnRampsOverDimensions()
    {
        RopeFrequencies frequencies = RopeScaling.Frequencies(
            new() { Type = "yarn", Theta = 10000, Factor = 4, OriginalContext = 64, AttentionFactor = 1.125 },
            headDim: 8);
        AssertFrequencies([1, 0.0625, 0.0025, 0.00025], frequencies);
        Assert.Equal(1.125f, frequencies.Scale);
    }

    /// <summary>Not rounded, the ramp runs from 0 to 1.00800: at dimension 1 it has come to 0.99206.</summary>
    [Fact]
    public void YarnMayLeaveTheRampUnrounded() => AssertFrequencies(
        [1, 0.0255952, 0.0025, 0.00025],
        RopeScaling.Frequencies(
            new() { Type = "yarn", Theta = 10000, Factor = 4, OriginalContext = 64, Truncate = false }, headDim: 8));

    /// <summary>
    /// At twice the original length the base grows by 5^(8/6), which divides the slowest frequency by 5.
    /// </summary>
    [Fact]
    public void DynamicStretchesWithTheLength()
    {
        RopeFrequencies frequencies = RopeScaling.Frequencies(
            new() { Type = "dynamic", Theta = 10000, Factor = 4, OriginalContext = 32 }, headDim: 8);
        Assert.Equal([0, 0, 33, 64], new[] { 1, 32, 33, 64 }.Select(frequencies.Sharing.SpaceOf));
        AssertFrequencies([1, 0.1, 0.01, 0.001], frequencies, length: 1);
        AssertFrequencies([1, 0.1, 0.01, 0.001], frequencies, length: 32);
        AssertFrequencies([1, 0.0584804, 0.00341995, 0.0002], frequencies, length: 64);
    }

    private static void AssertFrequencies(double[] expected, RopeFrequencies actual, int length = 1000) => Assert.All(
        expected.Zip(actual.ForLength(length), (e, a) => Math.Abs(a / e - 1)), error => Assert.InRange(error, 0, 2e-5));
}
