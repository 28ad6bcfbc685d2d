namespace Sgl.Engine.Requests;

/// <summary>
/// How the next token is chosen. Applied in this order: logit bias, frequency and presence penalties, end tokens masked
/// below <see cref="MinNewTokens"/>, repetition penalty, temperature, softmax, then top-k, top-p and min-p jointly.
/// Stop strings are not here: text is the gateway's business.
/// </summary>
public sealed record SamplingParams
{
    /// <summary>Most tokens to generate, already cut to what the context leaves; 0 prefills only.</summary>
    public required int MaxNewTokens { get; init; }

    /// <summary>End and stop tokens cannot be drawn before this many tokens.</summary>
    public int MinNewTokens { get; init; }

    /// <summary>0 is greedy.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Nucleus mass in (0, 1]; 1 is off.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>How many candidates are kept; 0 is all.</summary>
    public int TopK { get; init; }

    /// <summary>Least probability, as a part of the best one's, in [0, 1]; 0 is off.</summary>
    public float MinP { get; init; }

    /// <summary>Subtracted once per occurrence in the output; [-2, 2].</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Subtracted once when the token is in the output; [-2, 2].</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Over prompt and output: positive logits divided by it, others multiplied; (0, 2], 1 is off.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Tokens that end the generation besides the model's own end tokens.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>
    /// When set, neither the model's end tokens nor <see cref="StopTokens"/> end the generation, but for the end of a
    /// grammar.
    /// </summary>
    public bool IgnoreEos { get; init; }

    /// <summary>Added to the logits of these tokens.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();
}
