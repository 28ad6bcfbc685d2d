using Sgl.Engine.Execution;

namespace Sgl.Engine.Requests;

/// <summary>Everything about an engine that a user can set, and every limit it keeps, with its number.</summary>
public sealed record EngineOptions
{
    /// <summary>A folder with config.json and safetensors files.</summary>
    public required string ModelPath { get; init; }

    /// <summary>The model's name in metrics; null is <see cref="ModelPath"/>.</summary>
    public string? ModelName { get; init; }

    /// <summary>The engine's number among those of its process; tells their metrics apart.</summary>
    public int Rank { get; init; }

    /// <summary>A folder with the tokenizer.json that grammars go by; null is <see cref="ModelPath"/>.</summary>
    public string? TokenizerPath { get; init; }

    public LoadFormat LoadFormat { get; init; } = LoadFormat.Auto;

    /// <summary>
    /// Type that weights are converted to when they are loaded; null leaves them as the file has them.
    /// </summary>
    public DataType? WeightType { get; init; }

    /// <summary>Overrides the model's own context length, in tokens.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Part of the device's memory that weights and KV pool may take.</summary>
    public double MemFractionStatic { get; init; } = 0.88;

    /// <summary>Size of the KV pool, in tokens; null sizes it from memory.</summary>
    public int? MaxTotalTokens { get; init; }

    /// <summary>
    /// Most requests that run at once; null takes half the KV pool's tokens, at most
    /// <see cref="DefaultMaxRunningRequests"/>.
    /// </summary>
    public int? MaxRunningRequests { get; init; }

    /// <summary>Waiting requests beyond it are refused; null is <see cref="DefaultMaxQueuedRequests"/>.</summary>
    public int? MaxQueuedRequests { get; init; }

    /// <summary>Most prompt tokens of one step over all requests.</summary>
    public int MaxPrefillTokens { get; init; } = 16384;

    /// <summary>
    /// A prompt is cut where a step's prompt tokens would exceed it; 0 or less never cuts. Null takes what suits the
    /// device: <see cref="CpuChunkedPrefillSize"/> or <see cref="GpuChunkedPrefillSize"/>.
    /// </summary>
    public int? ChunkedPrefillSize { get; init; }

    /// <summary>One of the names that SchedulePolicies lists.</summary>
    public string SchedulePolicy { get; init; } = "fcfs";

    /// <summary>Scales the part of max_new_tokens that admission keeps free for each running request.</summary>
    public double ScheduleConservativeness { get; init; } = 1;

    /// <summary>Admission reckons with at most so many new tokens of a request, however many it asks for.</summary>
    public int MaxNewTokensEstimate { get; init; } = 4096;

    /// <summary>Decode steps from one "Decode batch" line in the log to the next.</summary>
    public int DecodeLogInterval { get; init; } = 40;

    public bool DisableRadixCache { get; init; }

    /// <summary>No step is prepared while the one before it runs.</summary>
    public bool DisableOverlapSchedule { get; init; }

    /// <summary>Seeds the seeds of requests that bring none.</summary>
    public ulong RandomSeed { get; init; }

    /// <summary>
    /// A seeded request's tokens depend on nothing but itself. On the CPU they never do; a GPU takes slower kernels.
    /// </summary>
    public bool DeterministicInference { get; init; }

    /// <summary>Worker threads of the CPU backend; null takes every core.</summary>
    public int? CpuThreads { get; init; }

    /// <summary>Bounds the logits of one decode step: 1,024 rows of 128 k float32 are 512 MB.</summary>
    public const int DefaultMaxRunningRequests = 1024;

    /// <summary>
    /// Most prompt positions whose log probabilities one step computes: prompts that want more go through in smaller
    /// chunks, so that their logits stay bounded.
    /// </summary>
    public const int PromptLogprobRows = 256;

    /// <summary>
    /// A retraction goes on until so many tokens per decoding request are free, so that the next is not soon.
    /// </summary>
    public const int RetractionHeadroom = 20;

    /// <summary>A KV pool of fewer tokens serves nothing.</summary>
    public const int MinPoolTokens = 16;

    /// <summary>A queue without a limit would be a hang without an end.</summary>
    public const int DefaultMaxQueuedRequests = 4096;

    /// <summary>
    /// What SGLang takes for the smallest devices: running requests wait no longer than that for a prompt.
    /// </summary>
    public const int CpuChunkedPrefillSize = 2048;

    /// <summary>What SGLang takes for a GPU of 60 to 160 GB.</summary>
    public const int GpuChunkedPrefillSize = 8192;

    /// <summary>
    /// Stays free on a GPU however high the fraction: kernels that are loaded late, index arrays of long batches.
    /// </summary>
    public const long GpuHeadroomBytes = 1L << 30;

    /// <summary>
    /// On the CPU the pool, sized from memory, stops at this many contexts: 65,536 tokens for a context of 2,048.
    /// </summary>
    public const int CpuPoolContexts = 32;

    /// <summary>... and at this many bytes.</summary>
    public const long CpuPoolBytesMax = 4L << 30;
}
