using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;

namespace Sgl.Engine.Layers;

/// <summary>How each type of rope scaling makes its inverse frequencies.</summary>
internal static class RopeScaling
{
    public static RopeFrequencies Frequencies(RopeConfig config, int headDim)
    {
        int rotaryDim = (int)(headDim * config.PartialRotaryFactor);
        double[] plain = Plain(config.Theta, rotaryDim);
        return config.Type switch
        {
            "default" => Fixed(plain),
            "linear" => Fixed([.. plain.Select(f => f / config.Factor)]),
            "llama3" => Fixed([.. plain.Select(f => Llama3(config, f))]),
            "yarn" => Fixed(Yarn(config, plain, rotaryDim), config.AttentionFactor),
            "dynamic" => new(
                rotaryDim,
                length => length > config.OriginalContext ? Dynamic(config, length, rotaryDim) : plain,
                Scale: 1,
                new KeySharing(config.OriginalContext, LongOnesShare: false)),
            "longrope" => LongRope(config, plain, rotaryDim),
            _ => throw new ArgumentException($"No rope scaling is called {config.Type}.", nameof(config)),
        };

        RopeFrequencies Fixed(double[] frequencies, double scale = 1) =>
            new(rotaryDim, _ => frequencies, (float)scale, KeySharing.All);
    }

    /// <summary>Two sets: one up to the original context, one for longer sequences, if there can be any.</summary>
    private static RopeFrequencies LongRope(RopeConfig config, double[] plain, int rotaryDim)
    {
        double[] near = Divide(config.ShortFactors), far = Divide(config.LongFactors);
        return new(
            rotaryDim,
            length => length > config.OriginalContext ? far : near,
            (float)config.AttentionFactor,
            config.Factor > 1 ? new(config.OriginalContext, LongOnesShare: true) : KeySharing.All);

        double[] Divide(IReadOnlyList<double> factors) => factors.Count == plain.Length
            ? [.. plain.Zip(factors, (frequency, factor) => frequency / factor)]
            : throw new UserErrorException(
                $"longrope has {factors.Count} factors; expected {plain.Length}, one for each pair that rotates");
    }

    /// <summary>theta^(-2i / rotaryDim).</summary>
    private static double[] Plain(double theta, int rotaryDim) =>
        [.. Enumerable.Range(0, rotaryDim / 2).Select(i => Math.Pow(theta, -2.0 * i / rotaryDim))];

    /// <summary>
    /// NTK-aware: a base so much greater that the slowest dimension is stretched by about length / original.
    /// </summary>
    private static double[] Dynamic(RopeConfig config, int length, int rotaryDim)
    {
        double stretch = config.Factor * length / config.OriginalContext - (config.Factor - 1);
        return Plain(config.Theta * Math.Pow(stretch, rotaryDim / (rotaryDim - 2.0)), rotaryDim);
    }

    /// <summary>Long wavelengths are divided by the factor, short ones kept, those between interpolated.</summary>
    private static double Llama3(RopeConfig config, double frequency)
    {
        double turns = config.OriginalContext * frequency / (2 * Math.PI);
        double kept = (turns - config.LowFrequencyFactor) / (config.HighFrequencyFactor - config.LowFrequencyFactor);
        return Mix(frequency, frequency / config.Factor, Math.Clamp(kept, 0, 1));
    }

    /// <summary>As llama3, but the ramp runs over the dimension's number, not over its frequency.</summary>
    private static double[] Yarn(RopeConfig config, double[] plain, int rotaryDim)
    {
        double low = DimensionOfTurns(config.BetaFast), high = DimensionOfTurns(config.BetaSlow);
        if (config.Truncate)
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        (low, high) = (Math.Max(low, 0), Math.Min(high, rotaryDim - 1));
        if (low == high)
            high += 0.001;
        return [.. plain.Select((f, i) => Mix(f, f / config.Factor, 1 - Math.Clamp((i - low) / (high - low), 0, 1)))];

        // Which dimension turns this often over the original context.
        double DimensionOfTurns(double turns) =>
            rotaryDim * Math.Log(config.OriginalContext / (turns * 2 * Math.PI)) / (2 * Math.Log(config.Theta));
    }

    private static double Mix(double kept, double scaled, double part) => part * kept + (1 - part) * scaled;
}
