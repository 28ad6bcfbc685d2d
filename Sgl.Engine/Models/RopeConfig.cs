namespace Sgl.Engine.Models;

/// <summary>
/// Rotary embedding as config.json describes it. Which of the scaling parameters mean something depends on the type.
/// </summary>
public sealed record RopeConfig
{
    /// <summary>default, linear, dynamic, yarn, llama3 or longrope.</summary>
    public string Type { get; init; } = "default";

    /// <summary>Base of the frequencies.</summary>
    public double Theta { get; init; } = 10000;

    /// <summary>Part of each head that rotates.</summary>
    public double PartialRotaryFactor { get; init; } = 1;

    /// <summary>How many times longer than in training the context is to be.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Context length in training.</summary>
    public int OriginalContext { get; init; }

    /// <summary>llama3: wavelengths longer than OriginalContext / LowFrequencyFactor are scaled whole ...</summary>
    public double LowFrequencyFactor { get; init; }

    /// <summary>... and those shorter than OriginalContext / HighFrequencyFactor not at all.</summary>
    public double HighFrequencyFactor { get; init; }

    /// <summary>yarn: dimensions that turn more often than this over the original context are not scaled.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>yarn: dimensions that turn less often than this are scaled whole.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>yarn: whether the dimensions at which the ramp begins and ends are rounded outwards.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>yarn and longrope: factor on cosine and sine.</summary>
    public double AttentionFactor { get; init; } = 1;

    /// <summary>longrope: each frequency is divided by one of these ...</summary>
    public IReadOnlyList<double> ShortFactors { get; init; } = [];

    /// <summary>... and in sequences longer than OriginalContext by one of these.</summary>
    public IReadOnlyList<double> LongFactors { get; init; } = [];
}
