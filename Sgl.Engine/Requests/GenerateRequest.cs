using System.Diagnostics;

namespace Sgl.Engine.Requests;

/// <summary>
/// One validated generation: with the model, all that its tokens depend on. Position p of the output is drawn from
/// Philox(<see cref="Seed"/>, p), so the same request gives the same tokens wherever and whenever it runs.
/// </summary>
public sealed record GenerateRequest
{
    /// <summary>Unique among the live requests; appears in logs.</summary>
    public required string Id { get; init; }

    /// <summary>The prompt; at least one token, each in [0, vocabulary).</summary>
    public required ReadOnlyMemory<int> Prompt { get; init; }

    /// <summary>
    /// Output tokens that another engine has generated already, fewer than max_new_tokens and none of them an end: the
    /// generation goes on behind them as if it had never stopped, and its chunks hold only what comes after.
    /// </summary>
    public ReadOnlyMemory<int> Resumed { get; init; }

    public required SamplingParams Sampling { get; init; }

    /// <summary>
    /// Key of the request's random draws; a request that came without one was given one at admission.
    /// </summary>
    public required ulong Seed { get; init; }

    /// <summary>The conversation that it belongs to, whose record a cluster keeps; null when there is none.</summary>
    public string? Session { get; init; }

    /// <summary>What the output must look like; null when it is free.</summary>
    public GrammarSpec? Grammar { get; init; }

    /// <summary>Null when no logprobs are wanted.</summary>
    public LogprobOptions? Logprobs { get; init; }

    /// <summary>The span below which the engine's spans stand; default when nobody traces.</summary>
    public ActivityContext Trace { get; init; }
}
